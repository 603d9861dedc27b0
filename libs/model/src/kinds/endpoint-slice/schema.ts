/** The YAML form of an EndpointSlice; strict but for what the API server keeps there for itself. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { dnsLabel, plainText, portNumber, resourceName } from '../../schema/fields.ts';
import { fqdnProblem } from '../../schema/names.ts';
import { apiObject, choice, looseObject } from '../../schema/object.ts';
import type { EndpointSliceSpec } from './spec.ts';

const addressesMax = 100;

const conditions = apiObject('EndpointSlice.endpoints.conditions', {
  ready: z.boolean().exactOptional(),
  serving: z.boolean().exactOptional(),
  terminating: z.boolean().exactOptional(),
});

const names = z.array(looseObject({ name: plainText })).transform((list) => list.map(({ name }) => name));

const endpoint = apiObject('EndpointSlice.endpoints', {
  addresses: z
    .array(z.string())
    .min(1, 'at least one address is required')
    .max(addressesMax, `at most ${addressesMax} addresses are allowed`),
  conditions: conditions.exactOptional(),
  hostname: dnsLabel.exactOptional(),
  nodeName: resourceName.exactOptional(),
  zone: plainText.exactOptional(),
  targetRef: looseObject({
    kind: z.string().exactOptional(),
    namespace: z.string().exactOptional(),
    name: z.string().exactOptional(),
  }).exactOptional(),
  hints: apiObject('EndpointSlice.endpoints.hints', {
    forZones: names.exactOptional(),
    forNodes: names.exactOptional(),
  }).exactOptional(),
  deprecatedTopology: z.unknown().exactOptional(),
}).transform(({ deprecatedTopology: _topology, ...rest }) => rest);

const port = apiObject('EndpointSlice.ports', {
  name: z.string().default(''),
  port: portNumber.exactOptional(),
  protocol: choice('EndpointSlice.ports.protocol', ['TCP', 'UDP', 'SCTP']).default('TCP'),
  appProtocol: z.string().exactOptional(),
});

/** Addresses are judged by `addressType`. */
export const endpointSliceSchema: z.ZodType<EndpointSliceSpec> = apiObject('EndpointSlice', {
  addressType: choice('EndpointSlice.addressType', ['IPv4', 'IPv6', 'FQDN']),
  endpoints: z
    .array(endpoint)
    .nullable()
    .default([])
    .transform((list) => list ?? []),
  ports: z
    .array(port)
    .nullable()
    .default([])
    .transform((list) => list ?? []),
}).superRefine(({ addressType, endpoints }, context) => {
  endpoints.forEach(({ addresses }, index) => {
    addresses.forEach((address, at) => {
      const message = addressProblem(address, addressType);
      if (message !== undefined)
        context.addIssue({ code: 'custom', message, path: ['endpoints', index, 'addresses', at] });
    });
  });
});

function addressProblem(address: string, type: 'IPv4' | 'IPv6' | 'FQDN'): string | undefined {
  if (type === 'FQDN') return fqdnProblem(address);
  const family = type === 'IPv4' ? 4 : 6;
  return isIP(address) === family ? undefined : `${JSON.stringify(address)} is not an ${type} address`;
}

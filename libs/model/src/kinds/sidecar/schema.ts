/** The YAML form of a Sidecar. */

import { z } from 'zod';
import { ipProblem, unixPathProblem, unixPrefix } from '../../schema/addresses.ts';
import { anyCaseLabelOrNone, portNumber, wholeNumber } from '../../schema/fields.ts';
import { given, givenUnlessEmpty } from '../../schema/given.ts';
import { anyCaseLabelProblem, isPartialWildcard, wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { protocolOrNone } from '../../schema/protocols.ts';
import { labelsSelector } from '../../schema/selectors.ts';
import { connectionPool } from '../destination-rule/pool-schema.ts';
import { serverTls } from '../gateway/tls-schema.ts';
import { destination } from '../virtual-service/destination-schema.ts';
import type { SidecarSpec } from './spec.ts';

/** "namespace/host", "./host", "*​/host", "~/host"; the host is a full name or a wildcard. */
function egressHostProblem(value: string): string | undefined {
  const [namespace = '', host = '', ...rest] = value.split('/');
  if (!value.includes('/')) return `${JSON.stringify(value)} is not of the form namespace/host, as "./*" is`;
  if (namespace === '' || host === '') return `${JSON.stringify(value)}: neither namespace nor host may be empty`;
  if (!['*', '.', '~'].includes(namespace) && anyCaseLabelProblem(namespace) !== undefined)
    return `${JSON.stringify(value)}: the part before "/" must be a namespace, ".", "*" or "~"`;
  if (rest.length > 0) return `${JSON.stringify(value)} has more than one "/"`;
  if (host === '*') return undefined;
  if (!host.includes('.')) return `${JSON.stringify(host)} is a short name; a Sidecar needs a full one`;
  return isPartialWildcard(host)
    ? `${JSON.stringify(host)}: a wildcard must be the whole first label`
    : wildcardHostProblem(host);
}

const localHosts: ReadonlySet<string> = new Set(['', '127.0.0.1', '0.0.0.0', '[::1]', '[::]']);

function endpointProblem(value: string): string | undefined {
  if (value === '') return undefined;
  if (value.startsWith(unixPrefix)) return unixPathProblem(value);
  const colon = value.lastIndexOf(':');
  const port = Number(value.slice(colon + 1));
  const portGood = colon >= 0 && /^\d{1,5}$/.test(value.slice(colon + 1)) && port >= 1 && port <= 65_535;
  if (portGood && localHosts.has(value.slice(0, colon))) return undefined;
  return `${JSON.stringify(value)} is not an endpoint: 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH`;
}

function port(api: string, number: z.ZodType<number>) {
  return apiObject(api, {
    number,
    protocol: protocolOrNone(`${api}.protocol`).default(''),
    name: anyCaseLabelOrNone.default(''),
    targetPort: z.literal(0, 'targetPort has no meaning in a Sidecar; remove it').exactOptional(),
  }).transform(({ targetPort: _zero, ...rest }) => rest);
}

const captureMode = choice('Sidecar.captureMode', ['DEFAULT', 'IPTABLES', 'NONE']);
const optionalIp = checkedString((value) => (value === '' ? undefined : ipProblem(value)));
const listenAddressProblem = (value: string): string | undefined => {
  if (value.startsWith(unixPrefix)) return unixPathProblem(value);
  return value === '' ? undefined : ipProblem(value);
};

const ingress = apiObject('Sidecar.ingress', {
  port: port('Sidecar.ingress.port', portNumber),
  bind: optionalIp.exactOptional(),
  captureMode: captureMode.exactOptional(),
  defaultEndpoint: checkedString(endpointProblem).exactOptional(),
  tls: serverTls('Sidecar.ingress.tls').exactOptional(),
  connectionPool: connectionPool('Sidecar.ingress.connectionPool').exactOptional(),
}).transform(({ bind, defaultEndpoint, ...rest }) => ({
  ...rest,
  ...givenUnlessEmpty('bind', bind),
  ...givenUnlessEmpty('defaultEndpoint', defaultEndpoint),
}));

const egress = apiObject('Sidecar.egress', {
  // 0 goes with a Unix socket as `bind`.
  port: port('Sidecar.egress.port', wholeNumber(0, 65_535, 'port').default(0)).exactOptional(),
  bind: z.string().exactOptional(),
  captureMode: captureMode.exactOptional(),
  hosts: z.array(checkedString(egressHostProblem)).default([]),
})
  .superRefine(({ port, bind = '' }, context) => {
    const message = port === undefined ? undefined : listenAddressProblem(bind);
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: ['bind'] });
  })
  // Without a port there is nothing to listen at, and Istio does not look at the address.
  .transform(({ bind, ...rest }) => ({ ...rest, ...givenUnlessEmpty('bind', rest.port === undefined ? '' : bind) }));

/** What Envoy looks up by the name of each request; here it is sent where the client's own lookup led. */
export const dynamicDns = 'ALLOW_ANY_DYNAMIC_DNS';

/** A block without `mode` is REGISTRY_ONLY, the first of Istio's words. */
const outboundTrafficPolicy = apiObject('Sidecar.outboundTrafficPolicy', {
  mode: choice('Sidecar.outboundTrafficPolicy.mode', ['REGISTRY_ONLY', 'ALLOW_ANY', dynamicDns])
    .default('REGISTRY_ONLY')
    .transform((word) => (word === dynamicDns ? 'ALLOW_ANY' : word)),
  egressProxy: destination('Sidecar.outboundTrafficPolicy.egressProxy').exactOptional(),
});

export const sidecarSchema: z.ZodType<SidecarSpec> = apiObject('Sidecar', {
  workloadSelector: labelsSelector('Sidecar.workloadSelector').exactOptional(),
  ingress: z.array(ingress).exactOptional(),
  egress: z.array(egress).exactOptional(),
  outboundTrafficPolicy: outboundTrafficPolicy.exactOptional(),
  inboundConnectionPool: connectionPool('Sidecar.inboundConnectionPool').exactOptional(),
}).transform(({ workloadSelector, ...rest }) => ({ ...given('workloadSelector', workloadSelector), ...rest }));

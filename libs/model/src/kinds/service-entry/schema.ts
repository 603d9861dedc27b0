/** The YAML form of a ServiceEntry. */

import { z } from 'zod';
import { subnetProblem } from '../../schema/addresses.ts';
import { anyCaseLabel, plainText, portNumber, portOrNone } from '../../schema/fields.ts';
import { givenUnlessZero } from '../../schema/given.ts';
import { wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { protocolOrUdp } from '../../schema/protocols.ts';
import { labelsSelector } from '../../schema/selectors.ts';
import { workload } from '../workload-entry/schema.ts';
import type { ServiceEntrySpec } from './spec.ts';

const port = apiObject('ServiceEntry.ports', {
  number: portNumber,
  protocol: protocolOrUdp('ServiceEntry.ports.protocol').default(''),
  name: anyCaseLabel,
  targetPort: portOrNone.exactOptional(),
}).transform(({ targetPort, ...rest }) => ({ ...rest, ...givenUnlessZero('targetPort', targetPort) }));

/** What Envoy looks up by the name of each request; here such hosts are reached where the client's own lookup led. */
export const dynamicDns = 'DYNAMIC_DNS';

/** `location` becomes MESH_EXTERNAL, `resolution` NONE and `ports` [] where absent. Ports of UDP are left out, which no proxy carries. */
export const serviceEntrySchema: z.ZodType<ServiceEntrySpec> = apiObject('ServiceEntry', {
  hosts: z.array(
    checkedString((value) => (value === '*' ? 'a ServiceEntry needs a host, not "*"' : wildcardHostProblem(value))),
  ),
  addresses: z.array(checkedString(subnetProblem)).exactOptional(),
  ports: z
    .array(port)
    .default([])
    .transform((ports) => ports.flatMap((one) => (one.protocol === 'UDP' ? [] : [{ ...one, protocol: one.protocol }]))),
  location: choice('ServiceEntry.location', ['MESH_EXTERNAL', 'MESH_INTERNAL']).default('MESH_EXTERNAL'),
  resolution: choice('ServiceEntry.resolution', ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', dynamicDns])
    .default('NONE')
    .transform((word) => (word === dynamicDns ? 'NONE' : word)),
  endpoints: z.array(workload('ServiceEntry.endpoints')).exactOptional(),
  workloadSelector: labelsSelector('ServiceEntry.workloadSelector').exactOptional(),
  exportTo: z.array(z.string()).exactOptional(),
  subjectAltNames: z.array(plainText).exactOptional(),
});

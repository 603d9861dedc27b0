/** The YAML form of a NetworkPolicy. */

import { z } from 'zod';
import { portNumber } from '../../schema/fields.ts';
import { apiObject, choice } from '../../schema/object.ts';
import { cidr } from '../addresses.ts';
import { labelSelector } from '../label-selector-schema.ts';
import { numberOrName } from '../ports.ts';
import type { NetworkPolicySpec } from './spec.ts';

const peer = (api: string) =>
  apiObject(api, {
    podSelector: labelSelector(`${api}.podSelector`).exactOptional(),
    namespaceSelector: labelSelector(`${api}.namespaceSelector`).exactOptional(),
    ipBlock: apiObject(`${api}.ipBlock`, { cidr, except: z.array(cidr).exactOptional() }).exactOptional(),
  });

const ports = (api: string) =>
  z.array(
    apiObject(`${api}.ports`, {
      protocol: choice(`${api}.ports.protocol`, ['TCP', 'UDP', 'SCTP']).exactOptional(),
      port: numberOrName('port').exactOptional(),
      endPort: portNumber.exactOptional(),
    }),
  );

const ingress = apiObject('NetworkPolicy.ingress', {
  from: z.array(peer('NetworkPolicy.ingress.from')).exactOptional(),
  ports: ports('NetworkPolicy.ingress').exactOptional(),
}).transform(({ from, ...rest }) => (from === undefined ? rest : { ...rest, peers: from }));

const egress = apiObject('NetworkPolicy.egress', {
  to: z.array(peer('NetworkPolicy.egress.to')).exactOptional(),
  ports: ports('NetworkPolicy.egress').exactOptional(),
}).transform(({ to, ...rest }) => (to === undefined ? rest : { ...rest, peers: to }));

/** `from` and `to` become `peers`; `podSelector` {} where absent. */
export const networkPolicySchema: z.ZodType<NetworkPolicySpec> = apiObject('NetworkPolicy', {
  podSelector: labelSelector('NetworkPolicy.podSelector').default({}),
  policyTypes: z.array(choice('NetworkPolicy.policyTypes', ['Ingress', 'Egress'])).exactOptional(),
  ingress: z.array(ingress).exactOptional(),
  egress: z.array(egress).exactOptional(),
});

/** The YAML form of a Gateway. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { ipProblem, unixPrefix } from '../../schema/addresses.ts';
import { labels, plainText, portNumber } from '../../schema/fields.ts';
import { givenUnlessEmpty } from '../../schema/given.ts';
import { anyCaseLabelProblem, isPartialWildcard, wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, notDoneMessage } from '../../schema/object.ts';
import { protocol } from '../../schema/protocols.ts';
import type { GatewaySpec } from './spec.ts';
import { serverTls } from './tls-schema.ts';

/** "host", "ns/host", "./host", "*​/host"; the host is a full name, an IP address or "*". */
function serverHostProblem(value: string): string | undefined {
  const parts = value.split('/');
  const host = parts.pop() ?? '';
  const namespace = parts.pop();
  if (parts.length > 0) return `${JSON.stringify(value)} is not a host: "host" or "namespace/host"`;
  const namespaceGood =
    namespace === undefined || ['*', '.'].includes(namespace) || anyCaseLabelProblem(namespace) === undefined;
  if (!namespaceGood) return `${JSON.stringify(value)}: the part before "/" must be a namespace, "." or "*"`;
  if (host === '*' || isIP(host) !== 0) return undefined;
  if (isPartialWildcard(host)) return `${JSON.stringify(host)}: a wildcard must be the whole first label`;
  if (host !== '' && !host.includes('.')) return `${JSON.stringify(host)} is a short name; a Gateway needs a full one`;
  return wildcardHostProblem(host);
}

const bind = checkedString((value) => {
  if (value.startsWith(unixPrefix)) return notDoneMessage('Gateway.servers.bind of a Unix socket');
  return value === '' ? undefined : ipProblem(value);
});

const server = apiObject('Gateway.servers', {
  name: plainText.exactOptional(),
  port: apiObject('Gateway.servers.port', {
    number: portNumber,
    protocol: protocol('Gateway.servers.port.protocol'),
    name: plainText,
    targetPort: z.literal(0, 'targetPort has no meaning at a Gateway; remove it').exactOptional(),
  }).transform(({ targetPort: _zero, ...port }) => port),
  bind: bind.exactOptional(),
  hosts: z.array(checkedString(serverHostProblem)),
  defaultEndpoint: z.string().exactOptional(),
  tls: serverTls('Gateway.servers.tls').exactOptional(),
}).transform(({ defaultEndpoint: _unused, bind: address, ...rest }) => ({
  ...rest,
  ...givenUnlessEmpty('bind', address),
}));

/** `selector` becomes {} where absent: every gateway. */
export const gatewaySchema: z.ZodType<GatewaySpec> = apiObject('Gateway', {
  selector: labels.default({}),
  servers: z.array(server).default([]),
});

/** The YAML form of a Gateway. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { ipProblem, unixPathProblem, unixPrefix } from '../../schema/addresses.ts';
import { plainText, portOrNone } from '../../schema/fields.ts';
import { givenUnlessEmpty } from '../../schema/given.ts';
import { anyCaseLabelProblem, isPartialWildcard, wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, mapOf } from '../../schema/object.ts';
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
  if (host === '*') return undefined;
  if (host !== '' && !host.includes('.')) return `${JSON.stringify(host)} is a short name; a Gateway needs a full one`;
  if (isIP(host) !== 0) return undefined;
  if (isPartialWildcard(host)) return `${JSON.stringify(host)}: a wildcard must be the whole first label`;
  return wildcardHostProblem(host);
}

const bind = checkedString((value) => {
  if (value.startsWith(unixPrefix)) return unixPathProblem(value);
  return value === '' ? undefined : ipProblem(value);
});

/** A server at a Unix socket has port 0 and is not served. */
export function isUnixBind(address: unknown): boolean {
  return typeof address === 'string' && address.startsWith(unixPrefix);
}

const server = apiObject('Gateway.servers', {
  name: plainText.exactOptional(),
  port: apiObject('Gateway.servers.port', {
    number: portOrNone.default(0),
    protocol: protocol('Gateway.servers.port.protocol'),
    name: plainText,
    targetPort: z.literal(0, 'targetPort has no meaning at a Gateway; remove it').exactOptional(),
  }).transform(({ targetPort: _zero, ...port }) => port),
  bind: bind.exactOptional(),
  hosts: z.array(checkedString(serverHostProblem)),
  defaultEndpoint: z.string().exactOptional(),
  tls: serverTls('Gateway.servers.tls').exactOptional(),
})
  .superRefine(({ port, bind: address }, context) => {
    const isUnix = isUnixBind(address);
    if (isUnix === (port.number === 0)) return;
    const message = isUnix ? 'the port of a Unix socket must be 0' : 'port 0 is not in the range 1 to 65535';
    context.addIssue({ code: 'custom', message, path: ['port', 'number'] });
  })
  .transform(({ defaultEndpoint: _unused, bind: address, ...rest }) => ({
    ...rest,
    ...givenUnlessEmpty('bind', address),
  }));

/** `selector` becomes {} where absent: every gateway. A server at a Unix socket is left out. */
export const gatewaySchema: z.ZodType<GatewaySpec> = apiObject('Gateway', {
  selector: mapOf(z.string(), () => undefined).default({}),
  servers: z
    .array(server)
    .default([])
    .transform((servers) => servers.filter(({ bind: address }) => !isUnixBind(address))),
});

/** The YAML form of a Gateway. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { labels, plainText, portNumber } from '../../schema/fields.ts';
import { labelProblem, wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import type { GatewaySpec } from './spec.ts';

/** "host", "ns/host", "./host", "*​/host". */
function serverHostProblem(value: string): string | undefined {
  const parts = value.split('/');
  const host = parts.pop() ?? '';
  const namespace = parts.pop();
  if (parts.length > 0) return `${JSON.stringify(value)} is not a host: "host" or "namespace/host"`;
  const namespaceGood =
    namespace === undefined || ['*', '.'].includes(namespace) || labelProblem(namespace) === undefined;
  if (!namespaceGood) return `${JSON.stringify(value)}: the part before "/" must be a namespace, "." or "*"`;
  return wildcardHostProblem(host);
}

const protocol = z
  .string()
  .transform((value) => value.toUpperCase())
  .pipe(
    choice(
      'Gateway.servers.port.protocol',
      ['HTTP', 'HTTP2', 'GRPC'],
      ['HTTPS', 'TLS', 'TCP', 'MONGO', 'GRPC-WEB', 'MYSQL', 'REDIS', 'UDP'],
    ),
  );

const server = apiObject(
  'Gateway.servers',
  {
    name: plainText.exactOptional(),
    port: apiObject('Gateway.servers.port', { number: portNumber, protocol, name: plainText }, ['targetPort']),
    bind: checkedString((value) =>
      isIP(value) === 0 ? `${JSON.stringify(value)} is not an IP address` : undefined,
    ).exactOptional(),
    hosts: z.array(checkedString(serverHostProblem)),
  },
  ['defaultEndpoint', 'tls'],
);

/** `selector` becomes {} where absent: every gateway. */
export const gatewaySchema: z.ZodType<GatewaySpec> = apiObject('Gateway', {
  selector: labels.default({}),
  servers: z.array(server),
});

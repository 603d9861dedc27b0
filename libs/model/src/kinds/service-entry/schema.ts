/** The YAML form of a ServiceEntry. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { dnsLabel, labels, portNumber } from '../../schema/fields.ts';
import { wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { workload } from '../workload-entry/schema.ts';
import type { ServiceEntrySpec } from './spec.ts';

function addressProblem(value: string): string | undefined {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  const bitsGood = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
  return family !== 0 && bitsGood && rest.length === 0
    ? undefined
    : `${JSON.stringify(value)} is not an IP address or a CIDR block`;
}

const protocol = z
  .string()
  .transform((value) => value.toUpperCase())
  .pipe(
    choice(
      'ServiceEntry.ports.protocol',
      ['HTTP', 'HTTPS', 'GRPC', 'HTTP2', 'TCP', 'TLS'],
      ['MONGO', 'MYSQL', 'REDIS', 'GRPC-WEB', 'UDP'],
    ),
  );

const port = apiObject('ServiceEntry.ports', {
  number: portNumber,
  protocol,
  name: dnsLabel,
  targetPort: portNumber.exactOptional(),
});

/** `location` becomes MESH_EXTERNAL and `resolution` NONE where absent. */
export const serviceEntrySchema: z.ZodType<ServiceEntrySpec> = apiObject(
  'ServiceEntry',
  {
    hosts: z.array(
      checkedString((value) => (value === '*' ? 'a ServiceEntry needs a host, not "*"' : wildcardHostProblem(value))),
    ),
    addresses: z.array(checkedString(addressProblem)).exactOptional(),
    ports: z.array(port),
    location: choice('ServiceEntry.location', ['MESH_EXTERNAL', 'MESH_INTERNAL']).default('MESH_EXTERNAL'),
    resolution: choice(
      'ServiceEntry.resolution',
      ['NONE', 'STATIC', 'DNS'],
      ['DNS_ROUND_ROBIN', 'DYNAMIC_DNS'],
    ).default('NONE'),
    endpoints: z.array(workload('ServiceEntry.endpoints')).exactOptional(),
    workloadSelector: apiObject('ServiceEntry.workloadSelector', { labels }).exactOptional(),
  },
  ['exportTo', 'subjectAltNames'],
);

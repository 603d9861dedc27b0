/** The YAML form of an Ingress. */

import { z } from 'zod';
import { portNumber, resourceName } from '../../schema/fields.ts';
import { wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import type { IngressSpec } from './spec.ts';

const host = checkedString((value) =>
  value === '*' || value.startsWith('*-') ? 'a wildcard host is "*.example.com"' : wildcardHostProblem(value),
);

const backend = apiObject(
  'Ingress.backend',
  {
    service: apiObject('Ingress.backend.service', {
      name: resourceName,
      port: apiObject('Ingress.backend.service.port', {
        name: z.string().exactOptional(),
        number: portNumber.exactOptional(),
      }).refine(
        ({ name, number }) => (name === undefined) !== (number === undefined),
        'one of name and number is required, and not both',
      ),
    }),
  },
  ['resource'],
);

const path = apiObject('Ingress.rules.http.paths', {
  path: checkedString((value) =>
    value.startsWith('/') ? undefined : `the path ${JSON.stringify(value)} must start with "/"`,
  ).exactOptional(),
  pathType: choice('Ingress.rules.http.paths.pathType', ['Exact', 'Prefix', 'ImplementationSpecific']),
  backend,
});

export const ingressSchema: z.ZodType<IngressSpec> = apiObject('Ingress', {
  ingressClassName: resourceName.exactOptional(),
  defaultBackend: backend.exactOptional(),
  tls: z
    .array(apiObject('Ingress.tls', { hosts: z.array(host).exactOptional(), secretName: resourceName.exactOptional() }))
    .exactOptional(),
  rules: z
    .array(
      apiObject('Ingress.rules', {
        host: host.exactOptional(),
        http: apiObject('Ingress.rules.http', {
          paths: z.array(path).min(1, 'at least one path is required'),
        }).exactOptional(),
      }),
    )
    .exactOptional(),
});

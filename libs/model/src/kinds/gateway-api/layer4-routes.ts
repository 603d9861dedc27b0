/** The YAML form and the rules of TLSRoute and TCPRoute, which have one rule of backends. */

import type { z } from 'zod';
import { resourceName } from '../../schema/fields.ts';
import { apiObject } from '../../schema/object.ts';
import type { ValidationContext } from '../definition.ts';
import { boundedList, hostname } from './fields.ts';
import { backendFields, parentReferences } from './reference-schemas.ts';
import { validateBackend, validateParents } from './route-rules.ts';
import type { TcpRouteSpec } from './tcp-route/spec.ts';
import type { TlsRouteSpec } from './tls-route/spec.ts';

const listMax = 16;

function fields(kind: string) {
  const rule = apiObject(`${kind}.rules`, {
    name: resourceName.exactOptional(),
    backendRefs: boundedList(apiObject(`${kind}.rules.backendRefs`, backendFields), 'backend', 1, listMax),
  });
  return { parentRefs: parentReferences(kind).exactOptional(), rules: boundedList(rule, 'rule', 1, 1) };
}

export const tlsRouteSchema: z.ZodType<TlsRouteSpec> = apiObject(
  'TLSRoute',
  { ...fields('TLSRoute'), hostnames: boundedList(hostname, 'host name', 0, listMax).exactOptional() },
  ['useDefaultGateways'],
);

export const tcpRouteSchema: z.ZodType<TcpRouteSpec> = apiObject('TCPRoute', fields('TCPRoute'), [
  'useDefaultGateways',
]);

export function validateLayer4Route(spec: TcpRouteSpec | TlsRouteSpec, { report, warn }: ValidationContext): void {
  validateParents(spec.parentRefs ?? [], 'spec.parentRefs', report, warn);
  if (spec.parentRefs === undefined || spec.parentRefs.length === 0) {
    warn('spec', 'without parentRefs the route is attached to nothing');
  }
  spec.rules.forEach(({ backendRefs }, index) => {
    backendRefs.forEach((backend, at) => {
      validateBackend(backend, `spec.rules[${index}].backendRefs[${at}]`, report, warn);
    });
  });
}

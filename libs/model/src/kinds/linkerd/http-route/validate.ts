/** Rules between the fields of Linkerd's HTTPRoute. */

import type { ValidationContext } from '../../definition.ts';
import { parentKindOf, validateBackend, validateFilters, validateParents } from '../../gateway-api/route-rules.ts';
import { warnOfAnnotations } from '../annotations.ts';
import { linkerdPolicyGroup } from '../policy-reference.ts';
import type { LinkerdHttpRouteRule, LinkerdHttpRouteSpec } from './spec.ts';

const isPrefixOnly = ({ matches = [] }: LinkerdHttpRouteRule): boolean =>
  matches.length <= 1 && (matches[0]?.path?.type ?? 'PathPrefix') === 'PathPrefix';

export function validateLinkerdHttpRoute(
  spec: LinkerdHttpRouteSpec,
  { report, warn, metadata }: ValidationContext,
): void {
  warnOfAnnotations({ warn, metadata });
  const parents = spec.parentRefs ?? [];
  validateParents(parents, 'spec.parentRefs', report, warn);
  if (parents.length === 0) warn('spec', 'without parentRefs the route is attached to nothing');
  const inbound = parents.some((parent) => parentKindOf(parent) === `${linkerdPolicyGroup}/Server`);
  spec.rules.forEach((rule, index) => {
    const path = `spec.rules[${index}]`;
    const { filters = [], backendRefs = [], timeouts = {} } = rule;
    validateFilters(filters, `${path}.filters`, isPrefixOnly(rule), report, warn);
    if (inbound && backendRefs.length > 0) {
      warn(`${path}.backendRefs`, 'a route of a Server goes to its own workload; backendRefs are not read', 'key');
    }
    if (inbound && rule.timeouts !== undefined) {
      warn(`${path}.timeouts`, 'a route of a Server has no time limits; timeouts are not read', 'key');
    }
    backendRefs.forEach((backend, at) => {
      validateBackend(backend, `${path}.backendRefs[${at}]`, report, warn);
    });
    const { requestMs = 0, backendRequestMs = 0 } = timeouts;
    if (requestMs > 0 && backendRequestMs > requestMs) {
      report(`${path}.timeouts.backendRequest`, 'backendRequest is longer than request');
    }
  });
}

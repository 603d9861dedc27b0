/** Rules between the fields of a Gateway API HTTPRoute. */

import type { Report, ValidationContext } from '../../definition.ts';
import { warnOfAnnotations } from '../../linkerd/annotations.ts';
import { validateBackend, validateFilters, validateParents, validateRuleNames } from '../route-rules.ts';
import { validateSession } from '../session-persistence.ts';
import type { HttpRouteMatch, HttpRouteRule, HttpRouteSpec } from './spec.ts';

const matchesOfAllMax = 128;

export function validateHttpRoute(spec: HttpRouteSpec, { report, warn, metadata }: ValidationContext): void {
  warnOfAnnotations({ warn, metadata });
  validateParents(spec.parentRefs ?? [], 'spec.parentRefs', report, warn);
  if (spec.parentRefs === undefined || spec.parentRefs.length === 0) {
    warn('spec', 'without parentRefs the route is attached to nothing');
  }
  validateRuleNames(spec.rules, report);
  const matches = spec.rules.reduce((sum, rule) => sum + (rule.matches?.length ?? 0), 0);
  if (matches > matchesOfAllMax) report('spec.rules', `more than ${matchesOfAllMax} matches in all rules together`);
  spec.rules.forEach((rule, index) => {
    validateHttpRouteRule(rule, `spec.rules[${index}]`, report, warn);
  });
}

/** Linkerd's own HTTPRoute has the same rules. */
function validateHttpRouteRule(rule: HttpRouteRule, path: string, report: Report, warn: Report): void {
  const { matches = [], filters = [], backendRefs = [], timeouts = {} } = rule;
  const onePrefix = hasOnePrefix(matches);
  validateFilters(filters, `${path}.filters`, onePrefix, report, warn);
  const redirects = filters.some(({ type }) => type === 'RequestRedirect');
  if (redirects && backendRefs.length > 0) {
    report(`${path}.backendRefs`, 'a rule with RequestRedirect sends nothing to backends; remove one of both', 'key');
  }
  if (!redirects && backendRefs.length === 0)
    warn(path, 'without backendRefs and without redirect, requests are answered 500');
  backendRefs.forEach((backend, index) => {
    const place = `${path}.backendRefs[${index}]`;
    validateBackend(backend, place, report, warn);
    validateFilters(backend.filters ?? [], `${place}.filters`, onePrefix, report, warn);
    backend.filters?.forEach(({ type }, at) => {
      if (type === 'RequestRedirect' || type === 'CORS') {
        report(`${place}.filters[${at}].type`, `${type} is for a rule, not for one of its backends`);
      }
      if ((type === 'URLRewrite' || type === 'RequestMirror') && backendRefs.length > 1) {
        warn(
          `${place}.filters[${at}].type`,
          `${type} of one backend among several is not applied; write it for the rule`,
        );
      }
    });
  });
  validateSession(rule.sessionPersistence, backendRefs.length, `${path}.sessionPersistence`, report, warn);
  const { requestMs = 0, backendRequestMs = 0 } = timeouts;
  if (requestMs > 0 && backendRequestMs > requestMs) {
    report(`${path}.timeouts.backendRequest`, 'backendRequest is longer than request');
  }
}

/** No match is a prefix of "/". */
function hasOnePrefix(matches: readonly HttpRouteMatch[]): boolean {
  return matches.length <= 1 && (matches[0]?.path?.type ?? 'PathPrefix') === 'PathPrefix';
}

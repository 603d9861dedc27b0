/** Rules between the fields of a GRPCRoute. */

import type { ValidationContext } from '../../definition.ts';
import { warnOfAnnotations } from '../../linkerd/annotations.ts';
import { validateBackend, validateFilters, validateParents, validateRuleNames } from '../route-rules.ts';
import { validateSession } from '../session-persistence.ts';
import type { GrpcRouteSpec } from './spec.ts';

export function validateGrpcRoute(spec: GrpcRouteSpec, { report, warn, metadata }: ValidationContext): void {
  warnOfAnnotations({ warn, metadata });
  validateParents(spec.parentRefs ?? [], 'spec.parentRefs', report, warn);
  if (spec.parentRefs === undefined || spec.parentRefs.length === 0) {
    warn('spec', 'without parentRefs the route is attached to nothing');
  }
  validateRuleNames(spec.rules, report);
  spec.rules.forEach(({ filters = [], backendRefs = [], sessionPersistence }, index) => {
    const path = `spec.rules[${index}]`;
    validateFilters(filters, `${path}.filters`, false, report, warn);
    if (backendRefs.length === 0) warn(path, 'without backendRefs, calls are answered UNAVAILABLE');
    validateSession(sessionPersistence, backendRefs.length, `${path}.sessionPersistence`, report, warn);
    backendRefs.forEach((backend, at) => {
      const place = `${path}.backendRefs[${at}]`;
      validateBackend(backend, place, report, warn);
      validateFilters(backend.filters ?? [], `${place}.filters`, false, report, warn);
    });
  });
}

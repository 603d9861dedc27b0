/** Rules between the fields of an HTTPLocalRateLimitPolicy. */

import type { ValidationContext } from '../../definition.ts';
import { isCoreKind, linkerdPolicyGroup } from '../policy-reference.ts';
import type { HttpLocalRateLimitPolicySpec } from './spec.ts';

export function validateHttpLocalRateLimitPolicy(
  spec: HttpLocalRateLimitPolicySpec,
  { report }: ValidationContext,
): void {
  const { targetRef, total, identity, overrides = [] } = spec;
  if (targetRef.group !== linkerdPolicyGroup || targetRef.kind !== 'Server') {
    report('spec.targetRef', `a target is a Server of the group ${linkerdPolicyGroup}`);
  }
  if (total === undefined && identity === undefined && overrides.length === 0) {
    report('spec', 'one of total, identity and overrides is required');
  }
  const bound = total?.requestsPerSecond ?? Number.POSITIVE_INFINITY;
  if (identity !== undefined && identity.requestsPerSecond > bound) {
    report('spec.identity.requestsPerSecond', 'one identity may have more than all together');
  }
  overrides.forEach(({ requestsPerSecond, clientRefs }, index) => {
    const path = `spec.overrides[${index}]`;
    if (requestsPerSecond > bound) {
      report(`${path}.requestsPerSecond`, 'one identity may have more than all together');
    }
    clientRefs.forEach((client, at) => {
      if (!isCoreKind(client, 'ServiceAccount'))
        report(`${path}.clientRefs[${at}].kind`, 'a client is a ServiceAccount');
    });
  });
}

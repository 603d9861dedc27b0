/** policy.linkerd.io HTTPLocalRateLimitPolicy: how many requests a Server takes, each proxy for itself. */

import type { PolicyReference } from '../policy-reference.ts';

export interface HttpLocalRateLimitPolicySpec {
  /** A Server. */
  readonly targetRef: PolicyReference;
  /** Of all callers together; judged first. */
  readonly total?: RequestsPerSecond;
  /** Of each identity by itself; callers without one share one bucket. */
  readonly identity?: RequestsPerSecond;
  /** Of the callers that each names, in place of `identity`. */
  readonly overrides?: readonly (RequestsPerSecond & { readonly clientRefs: readonly PolicyReference[] })[];
}

/** The bucket holds as many as come in a second. */
export interface RequestsPerSecond {
  readonly requestsPerSecond: number;
}

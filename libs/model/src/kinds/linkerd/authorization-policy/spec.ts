/** policy.linkerd.io AuthorizationPolicy, kind "AuthorizationPolicy.policy.linkerd.io": all of the authentications together open the target. */

import type { PolicyReference } from '../policy-reference.ts';

export interface LinkerdAuthorizationPolicySpec {
  /** Server, HTTPRoute, GRPCRoute or Namespace. */
  readonly targetRef: PolicyReference;
  /** MeshTLSAuthentication or ServiceAccount (one at most), NetworkAuthentication (one at most); empty: everyone. */
  readonly requiredAuthenticationRefs: readonly PolicyReference[];
}

/** policy.linkerd.io MeshTLSAuthentication: callers by the identity of their certificate. One of both lists is given. */

import type { PolicyReference } from '../policy-reference.ts';

export interface MeshTlsAuthenticationSpec {
  /** "order.shop.serviceaccount.identity.linkerd.cluster.local", "*.shop.serviceaccount…", "*", or "spiffe://…" exactly. */
  readonly identities?: readonly string[];
  /** ServiceAccount or Namespace. */
  readonly identityRefs?: readonly PolicyReference[];
}

/** gateway.networking.k8s.io TLSRoute: by server name, without looking inside. */

import type { BackendReference, ParentReference } from '../references.ts';

export interface TlsRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  /** Server names; absent: all that the listener takes. */
  readonly hostnames?: readonly string[];
  readonly rules: readonly { readonly name?: string; readonly backendRefs: readonly BackendReference[] }[];
}

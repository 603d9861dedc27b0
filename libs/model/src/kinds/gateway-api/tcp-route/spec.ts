/** gateway.networking.k8s.io TCPRoute. */

import type { BackendReference, ParentReference } from '../references.ts';

export interface TcpRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly rules: readonly { readonly name?: string; readonly backendRefs: readonly BackendReference[] }[];
}

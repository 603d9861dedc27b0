/** gateway.networking.k8s.io HTTPRoute, for gateways and (parent Service) for the mesh. */

import type { BackendReference, ParentReference } from '../references.ts';
import type { NamedMatch, RouteFilter } from '../route-filters.ts';
import type { SessionPersistence } from '../session-persistence.ts';

export interface HttpRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  /** Absent or empty: all that the listener takes; not read for parents of the mesh. */
  readonly hostnames?: readonly string[];
  readonly rules: readonly HttpRouteRule[];
}

export interface HttpRouteRule {
  readonly name?: string;
  /** Alternatives; absent or empty: every path. */
  readonly matches?: readonly HttpRouteMatch[];
  readonly filters?: readonly RouteFilter[];
  /** Absent or empty without a redirect: 500. */
  readonly backendRefs?: readonly HttpBackendReference[];
  readonly timeouts?: { readonly requestMs?: number; readonly backendRequestMs?: number };
  readonly retry?: { readonly codes?: readonly number[]; readonly attempts?: number; readonly backoffMs?: number };
  readonly sessionPersistence?: SessionPersistence;
}

/** All conditions hold together. */
export interface HttpRouteMatch {
  /** `type` is PathPrefix where absent, `value` "/". PathPrefix goes by whole segments; a regular expression is RE2 over the whole path. */
  readonly path?: { readonly type?: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value?: string };
  readonly headers?: readonly NamedMatch[];
  readonly queryParams?: readonly NamedMatch[];
  readonly method?: string;
}

export interface HttpBackendReference extends BackendReference {
  readonly filters?: readonly RouteFilter[];
}

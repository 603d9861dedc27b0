/** gateway.networking.k8s.io GRPCRoute. */

import type { BackendReference, ParentReference } from '../references.ts';
import type { NamedMatch, RouteFilter } from '../route-filters.ts';
import type { SessionPersistence } from '../session-persistence.ts';

export interface GrpcRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly hostnames?: readonly string[];
  /** Absent or empty: everything, answered UNAVAILABLE. */
  readonly rules: readonly GrpcRouteRule[];
}

export interface GrpcRouteRule {
  readonly name?: string;
  /** Alternatives; absent or empty: every call. */
  readonly matches?: readonly GrpcRouteMatch[];
  /** No redirect, no rewrite, no CORS. */
  readonly filters?: readonly RouteFilter[];
  readonly backendRefs?: readonly GrpcBackendReference[];
  readonly sessionPersistence?: SessionPersistence;
}

export interface GrpcRouteMatch {
  /** `type` is Exact where absent; `service` ("shop.v1.Orders"), `method` or both. */
  readonly method?: {
    readonly type?: 'Exact' | 'RegularExpression';
    readonly service?: string;
    readonly method?: string;
  };
  readonly headers?: readonly NamedMatch[];
}

export interface GrpcBackendReference extends BackendReference {
  readonly filters?: readonly RouteFilter[];
}

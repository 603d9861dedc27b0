/** policy.linkerd.io HTTPRoute, kind "HTTPRoute.policy.linkerd.io": of a Server (inbound, for policies) or of a Service (outbound). */

import type { HttpRouteMatch } from '../../gateway-api/http-route/spec.ts';
import type { BackendReference, ParentReference } from '../../gateway-api/references.ts';
import type { RouteFilter } from '../../gateway-api/route-filters.ts';

export interface LinkerdHttpRouteSpec {
  /** Server (group policy.linkerd.io) or Service (group core). */
  readonly parentRefs?: readonly ParentReference[];
  readonly hostnames?: readonly string[];
  readonly rules: readonly LinkerdHttpRouteRule[];
}

export interface LinkerdHttpRouteRule {
  readonly matches?: readonly HttpRouteMatch[];
  /** RequestHeaderModifier, ResponseHeaderModifier, RequestRedirect. */
  readonly filters?: readonly RouteFilter[];
  readonly backendRefs?: readonly (BackendReference & { readonly filters?: readonly RouteFilter[] })[];
  readonly timeouts?: { readonly requestMs?: number; readonly backendRequestMs?: number };
}

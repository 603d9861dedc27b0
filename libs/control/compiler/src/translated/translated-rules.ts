/** Rules of other APIs than Istio's, in the order in which they give way to one another inside the mesh: an earlier one speaks for a host alone. */

import { compareByAgeAndPath, type Model, type TranslatableRoute } from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { attachedRoutes } from './attached-routes.ts';
import { connectionRoutes } from './connection-routes.ts';
import { annotatedRules, takeoverRules } from './linkerd-rules.ts';

/**
 * After Istio's VirtualServices: routes of connections, then Linkerd's ServiceProfile and TrafficSplit, which with Linkerd take over
 * whatever else is there; the Gateway API, Linkerd's HTTPRoute, annotations.
 */
export function translatedRules(model: Model, naming: Naming): readonly IndexedVirtualService[] {
  const sorted = (routes: readonly TranslatableRoute[]): TranslatableRoute[] => [...routes].sort(compareByAgeAndPath);
  const connections = [...model.byKind('TLSRoute'), ...model.byKind('TCPRoute')].sort(compareByAgeAndPath);
  return [
    ...connectionRoutes(model, connections, naming),
    ...takeoverRules(model, naming),
    ...attachedRoutes(model, sorted([...model.byKind('HTTPRoute'), ...model.byKind('GRPCRoute')]), naming),
    ...attachedRoutes(model, sorted(model.byKind('HTTPRoute.policy.linkerd.io')), naming),
    ...annotatedRules(model, naming),
  ];
}

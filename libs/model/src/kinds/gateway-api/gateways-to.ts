/** Through which Gateways a Service is reached. */

import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import { attachRoute } from './attach-route.ts';
import { type GatewayResource, isOurGateway, parentGateway, type RouteKind, routeKinds } from './attachment.ts';
import type { BackendObjectReference } from './references.ts';

/** Ours, with a route attached that has the Service among its backends. */
export function gatewaysTo(model: Model, namespace: string, service: string): ReadonlySet<GatewayResource> {
  const found = new Set<GatewayResource>();
  for (const kind of routeKinds) {
    for (const route of model.byKind(kind) as readonly Resource<RouteKind>[]) {
      if (!leadsTo(route, namespace, service)) continue;
      for (const parent of route.spec.parentRefs ?? []) {
        const gateway = parentGateway(model, route, parent);
        if (gateway === undefined || !isOurGateway(model, gateway)) continue;
        if (typeof attachRoute(model, gateway, route, parent) !== 'string') found.add(gateway);
      }
    }
  }
  return found;
}

function leadsTo(route: Resource<RouteKind>, wanted: string, service: string): boolean {
  const rules: readonly { readonly backendRefs?: readonly BackendObjectReference[] }[] = route.spec.rules;
  return rules.some(({ backendRefs = [] }) =>
    backendRefs.some(
      ({ group = '', kind = 'Service', namespace = route.namespace, name }) =>
        group === '' && kind === 'Service' && namespace === wanted && name === service,
    ),
  );
}

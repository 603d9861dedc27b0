/**
 * HTTPRoutes and GRPCRoutes with a host name in common at one listener: the specification lets the older one be attached, and the other not
 * (GRPCRouteSpec.hostnames).
 */

import { compareByAgeAndPath } from '../../age.ts';
import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import { type Attachment, attachments, type GatewayResource, parentGateway } from './attachment.ts';
import { commonHostnames } from './hostnames.ts';
import type { ParentReference } from './references.ts';

type HttpKind = 'HTTPRoute' | 'GRPCRoute';
type HttpRoute = Resource<HttpKind>;

/** Route → names of listeners that it is not attached to → what is attached instead. */
type Losses = ReadonlyMap<object, ReadonlyMap<string, HttpRoute>>;

const known = new WeakMap<Model, ReadonlyMap<GatewayResource, Losses>>();
const none: Losses = new Map();

/** The older route of the other kind that a listener has instead; undefined: nothing is in the way. */
export function lostTo(model: Model, gateway: GatewayResource, route: object, listener: string): HttpRoute | undefined {
  const all = known.get(model) ?? findLosses(model);
  known.set(model, all);
  return (all.get(gateway) ?? none).get(route)?.get(listener);
}

interface Taken {
  readonly route: HttpRoute;
  readonly hostname: string;
}

function findLosses(model: Model): ReadonlyMap<GatewayResource, Losses> {
  const found = new Map<GatewayResource, Map<object, Map<string, HttpRoute>>>();
  const kinds = [model.byKind('HTTPRoute'), model.byKind('GRPCRoute')];
  if (kinds.some((routes) => routes.length === 0)) return found;
  const taken = new Map<GatewayResource, Map<string, Record<HttpKind, Taken[]>>>();
  for (const route of kinds.flat().sort(compareByAgeAndPath)) {
    for (const { gateway, listener, hostnames } of attachedTo(model, route)) {
      const listeners = taken.get(gateway) ?? new Map<string, Record<HttpKind, Taken[]>>();
      taken.set(gateway, listeners);
      const here = listeners.get(listener.name) ?? { HTTPRoute: [], GRPCRoute: [] };
      listeners.set(listener.name, here);
      const other = here[route.kind === 'HTTPRoute' ? 'GRPCRoute' : 'HTTPRoute'];
      const winner = other.find((one) => hostnames.some((hostname) => haveInCommon(hostname, one.hostname)))?.route;
      if (winner === undefined) here[route.kind].push(...hostnames.map((hostname) => ({ route, hostname })));
      else lose(found, gateway, route, listener.name, winner);
    }
  }
  return found;
}

function lose(
  found: Map<GatewayResource, Map<object, Map<string, HttpRoute>>>,
  gateway: GatewayResource,
  route: HttpRoute,
  listener: string,
  winner: HttpRoute,
): void {
  const losses = found.get(gateway) ?? new Map<object, Map<string, HttpRoute>>();
  found.set(gateway, losses);
  losses.set(route, (losses.get(route) ?? new Map<string, HttpRoute>()).set(listener, winner));
}

function attachedTo(model: Model, route: HttpRoute): readonly (Attachment & { readonly gateway: GatewayResource })[] {
  return (route.spec.parentRefs ?? []).flatMap((parent: ParentReference) => {
    const gateway = parentGateway(model, route, parent);
    const attached = gateway && attachments(model, gateway, route, parent);
    if (gateway === undefined || attached === undefined || typeof attached === 'string') return [];
    return attached.map((one) => ({ ...one, gateway }));
  });
}

function haveInCommon(one: string, another: string): boolean {
  return commonHostnames(one, [another]).length > 0;
}

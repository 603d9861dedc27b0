/** TLSRoute and TCPRoute of the Gateway API: rules for connections, at listeners and for services of the mesh. */

import {
  type AnyResource,
  type ConnectionRoute,
  type Model,
  type TcpMatch,
  translateConnectionRoute,
} from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { indexedRules } from './place.ts';
import { type RouteParent, routeParents } from './route-parents.ts';

/**
 * One entry for each parent, those of callers' own namespaces first. Where two routes take the same connections the one that comes first counts.
 * @param routes the oldest first.
 */
export function connectionRoutes(
  model: Model,
  routes: readonly ConnectionRoute[],
  naming: Naming,
): readonly IndexedVirtualService[] {
  const placed = routes.flatMap((route) =>
    routeParents(model, route, naming, true).map((parent) => ({ route, parent })),
  );
  const ordered = [...placed].sort((left, right) => Number(right.parent.isConsumer) - Number(left.parent.isConsumer));
  return ordered.map(({ route, parent }) => attached(model, route, parent, naming));
}

function attached(model: Model, route: ConnectionRoute, parent: RouteParent, naming: Naming): IndexedVirtualService {
  const { gateway, hosts, port } = parent;
  const destinations = translateConnectionRoute(model, route, naming.domain);
  const match: TcpMatch = port === undefined ? {} : { port };
  const rules =
    route.kind === 'TCPRoute'
      ? { tcp: destinations.map((list) => ({ match: [match], route: list })) }
      : {
          tls: destinations.map((list) => ({
            match: [{ ...match, sniHosts: serverNames(route.spec, parent) }],
            route: list,
          })),
        };
  return indexedRules({
    resource: route as AnyResource,
    hosts,
    rules: [],
    ...rules,
    ...(gateway === undefined ? {} : { gateway }),
  });
}

/** At a listener, what it has in common with the route; in the mesh the route's own. */
function serverNames(
  { hostnames = [] }: { readonly hostnames?: readonly string[] },
  { gateway, hosts }: RouteParent,
): readonly string[] {
  if (gateway !== undefined) return hosts;
  return hostnames.length === 0 ? ['*'] : hostnames;
}

/** The rules of one VirtualService as routes, in order, up to the first that takes everything. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { HttpMatch, HttpRouteDestination, HttpRule, Resource } from '@weft/model';
import { type Route, RouteSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { duration, filterMetadata } from '../messages/core.ts';
import { builtIn, notice, provenanceOf, weftStruct } from '../provenance.ts';
import { forwardAction, ruleAction } from './action.ts';
import type { RouteScope } from './destination.ts';
import { isCatchAll, routeMatch } from './match.ts';

const defaultRouteName = 'default';

/** Each match of a rule becomes a route of its own; what stands after a route that takes everything is dropped. */
export function ruleRoutes(scope: RouteScope, resource: Resource<'VirtualService'>): readonly Route[] {
  const routes: Route[] = [];
  for (const [position, rule] of resource.spec.http.entries()) {
    const matches: readonly (HttpMatch | undefined)[] = rule.match?.length ? rule.match : [undefined];
    for (const [matchPosition, match] of matches.entries()) {
      const path = `http[${position}]`;
      const from = provenanceOf(resource, match === undefined ? path : `${path}.match[${matchPosition}]`);
      const route = oneRoute(scope, resource, rule, path, match, from);
      routes.push(route);
      if (route.match !== undefined && isCatchAll(route.match)) return routes;
    }
  }
  return routes;
}

/**
 * Routes that make a tunnel, for ports that carry no HTTP/1: a tunnel knows the destination and nothing of the requests in it,
 * so only a rule that takes everything can hold, and only its destinations.
 */
export function tunnelRoutes(
  scope: RouteScope,
  resource: Resource<'VirtualService'>,
  fallback: Route,
): readonly Route[] {
  for (const [position, rule] of resource.spec.http.entries()) {
    const from = provenanceOf(resource, `http[${position}]`);
    const port = scope.calledPort;
    if (!takesEverything(rule, scope)) {
      scope.notices.add(
        notice(from, `has a match, which is not applied on port ${port}: its connections are tunnelled`),
      );
    } else if (rule.route === undefined) {
      scope.notices.add(
        notice(from, `forwards nothing and is not applied on port ${port}: its connections are tunnelled`),
      );
    } else {
      const { forward, targets } = forwardAction(scope, resource, rule.route.map(withoutHeaders), `http[${position}]`);
      return [tunnelRoute(forward.clusterSpecifier, rule.name ?? '', from, targets)];
    }
  }
  return [fallback];
}

function takesEverything(rule: HttpRule, scope: RouteScope): boolean {
  const matches = rule.match ?? [];
  return matches.length === 0 || matches.some((match) => isCatchAll(routeMatch(match, scope.dialect)));
}

function withoutHeaders({ destination, weight }: HttpRouteDestination): HttpRouteDestination {
  return weight === undefined ? { destination } : { destination, weight };
}

/** Everything to one cluster: where no VirtualService says otherwise. */
export function defaultRoute(cluster: string, from: Provenance): Route {
  return create(RouteSchema, {
    name: defaultRouteName,
    match: routeMatch(undefined, 'proxy'),
    action: {
      case: 'route',
      value: { clusterSpecifier: { case: 'cluster', value: cluster }, timeout: duration(0) },
    },
    metadata: filterMetadata({ weft: weftStruct(from) }),
  });
}

export function defaultTunnel(cluster: string, from: Provenance): Route {
  return tunnelRoute({ case: 'cluster', value: cluster }, defaultRouteName, from, []);
}

/** Answers every request itself. */
export function answerRoute(status: number, reason: string): Route {
  return create(RouteSchema, {
    name: 'block_all',
    match: routeMatch(undefined, 'proxy'),
    action: { case: 'directResponse', value: { status } },
    metadata: filterMetadata({ weft: weftStruct(builtIn(reason)) }),
  });
}

function oneRoute(
  scope: RouteScope,
  resource: Resource<'VirtualService'>,
  rule: HttpRule,
  path: string,
  match: HttpMatch | undefined,
  from: Provenance,
): Route {
  const { action, headers, targets } = ruleAction(scope, resource, rule, path);
  const name = [rule.name, match?.name].filter((part) => part !== undefined && part !== '').join('.');
  return create(RouteSchema, {
    name,
    match: routeMatch(match, scope.dialect),
    action,
    metadata: filterMetadata({ weft: weftStruct(from, targetsOf(targets)) }),
    ...headers,
  });
}

type ClusterSpecifier = ReturnType<typeof forwardAction>['forward']['clusterSpecifier'];

function tunnelRoute(
  clusterSpecifier: ClusterSpecifier,
  name: string,
  from: Provenance,
  targets: readonly Provenance[],
): Route {
  return create(RouteSchema, {
    name,
    match: { pathSpecifier: { case: 'connectMatcher', value: {} } },
    action: {
      case: 'route',
      value: {
        clusterSpecifier,
        timeout: duration(0),
        upgradeConfigs: [{ upgradeType: 'CONNECT', connectConfig: {} }],
      },
    },
    metadata: filterMetadata({ weft: weftStruct(from, targetsOf(targets)) }),
  });
}

function targetsOf(targets: readonly Provenance[]): { targets?: ReturnType<typeof weftStruct>[] } {
  return targets.length === 0 ? {} : { targets: targets.map((target) => weftStruct(target)) };
}

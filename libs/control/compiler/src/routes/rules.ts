/** The rules of one VirtualService as routes, in order, up to the first that takes everything. */

import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { HttpMatch, HttpRule } from '@weft/model';
import { type Route, type RouteMatch, RouteSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { IndexedVirtualService } from '../model-index.ts';
import { notice } from '../provenance.ts';
import { originOf, type PlacedMatch, type PlacedRule } from '../virtual-services/placed-rule.ts';
import { routeSemantics } from '../virtual-services/semantics.ts';
import { ruleAction } from './action.ts';
import { corsConfig, corsFilterName } from './cors.ts';
import { faultConfig, faultFilterName } from './fault.ts';
import { grpcProblem, grpcRuleNotices } from './grpc-dialect.ts';
import { isCatchAll, isMeantFor, routeMatch } from './match.ts';
import { routeOperation } from './operation.ts';
import { type RouteMetadata, routeMetadata } from './route-metadata.ts';
import type { RouteScope } from './scope.ts';
import { sessionConfig, sessionFilterName, sessionOfHosts, sessionsDiffer } from './session.ts';

/**
 * Each match of a rule becomes a route of its own; what stands after a route that takes everything is dropped, and so are matches that are
 * not meant for this caller. Empty: the rules say nothing to it.
 */
export function ruleRoutes(caller: RouteScope, { rules, resource }: IndexedVirtualService): readonly Route[] {
  const scope = { ...caller, semantics: routeSemantics(resource) };
  const routes: Route[] = [];
  for (const placed of rules) {
    for (const alternative of placed.matches) {
      const { match } = alternative;
      const route = isMeantFor(match, scope) ? oneRoute(scope, placed, alternative, resource.name) : undefined;
      if (route !== undefined) routes.push(route);
      if (match === undefined || (route?.match !== undefined && isCatchAll(route.match))) return routes;
    }
  }
  return routes;
}

function oneRoute(
  scope: RouteScope,
  placed: PlacedRule,
  { match, origin }: PlacedMatch,
  resourceName: string,
): Route | undefined {
  const from = originOf(origin);
  if (scope.dialect === 'grpc') {
    const problem = match === undefined ? undefined : grpcProblem(match);
    if (problem !== undefined) {
      scope.notices.add(notice(from, `${problem}; the route is left out for proxyless gRPC clients`));
      return undefined;
    }
    for (const sentence of grpcRuleNotices(placed.rule)) scope.notices.add(notice(originOf(placed.origin), sentence));
  }
  const result = ruleAction(scope, placed);
  if (result === undefined) return undefined;
  if (scope.dialect === 'proxy' && sessionsDiffer(scope.world.index.sessions, hostsOf(placed.rule)))
    scope.notices.add(
      notice(originOf(placed.origin), 'its services ask for different sessions by their labels: it keeps none'),
    );
  const { action, headers, targets } = result;
  const matched = routeMatch(match, scope.dialect);
  const route = create(RouteSchema, {
    name: routeName(placed.rule, match),
    match: matched,
    action,
    ...(match?.statPrefix && scope.dialect === 'proxy' ? { statPrefix: match.statPrefix } : {}),
    typedPerFilterConfig: filterConfigs(placed.rule, scope),
    metadata: routeMetadata(from, { targets, ...deadline(scope, action.case, placed.rule) }),
    ...(scope.dialect === 'grpc' ? {} : headers),
  });
  if (scope.dialect === 'proxy') setOperation(route, matched, resourceName, scope);
  return route;
}

function deadline({ dialect }: RouteScope, action: string | undefined, { timeoutMs = 0 }: HttpRule): RouteMetadata {
  return dialect === 'proxy' && action === 'route' ? { grpcDeadlineMaxMs: timeoutMs } : {};
}

/** What the access log calls the route: the rule, and the match after a dot. */
function routeName(rule: HttpRule, match: HttpMatch | undefined): string {
  return match?.name ? `${rule.name ?? ''}.${match.name}` : (rule.name ?? '');
}

function hostsOf({ session, route = [] }: HttpRule): readonly string[] {
  return session === undefined ? route.map(({ destination }) => destination.host) : [];
}

function filterConfigs(rule: HttpRule, { dialect, world }: RouteScope): Record<string, Any> {
  const fault = rule.fault === undefined ? undefined : faultConfig(rule.fault);
  const session = rule.session ?? sessionOfHosts(world.index.sessions, hostsOf(rule));
  return {
    ...(rule.corsPolicy === undefined || dialect === 'grpc' ? {} : { [corsFilterName]: corsConfig(rule.corsPolicy) }),
    ...(fault === undefined ? {} : { [faultFilterName]: fault }),
    ...(session === undefined || dialect === 'grpc' ? {} : { [sessionFilterName]: sessionConfig(session) }),
  };
}

function setOperation(route: Route, match: RouteMatch, resourceName: string, { calledPort }: RouteScope): void {
  const decorated = create(RouteSchema, {
    decorator: { operation: routeOperation(route, match, `${resourceName}:${calledPort}`) },
  });
  if (decorated.decorator !== undefined) route.decorator = decorated.decorator;
}

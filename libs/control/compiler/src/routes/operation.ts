/** What a trace calls a request that a route took: host, port and path (Istio's GetRouteOperation). */

import type { Route, RouteMatch } from '@weft/xds-messages/envoy/config/route/v3/route_components';

/** @param several host and port where there is no single destination: the name of the rules and the port. */
export function routeOperation({ action }: Route, match: RouteMatch, several: string): string {
  const cluster =
    action.case === 'route' && action.value.clusterSpecifier.case === 'cluster'
      ? action.value.clusterSpecifier.value
      : '';
  const [direction, port, , host] = cluster.split('|');
  return `${direction === 'outbound' && host ? `${host}:${port}` : several}${pathOf(match)}`;
}

/** Of a route that takes everything. */
export function serviceOperation(host: string, port: number): string {
  return `${host}:${port}/*`;
}

function pathOf({ pathSpecifier }: RouteMatch): string {
  switch (pathSpecifier.case) {
    case 'prefix':
      return `${pathSpecifier.value}*`;
    case 'pathSeparatedPrefix':
      return `${pathSpecifier.value}*`;
    case 'path':
      return pathSpecifier.value;
    case 'safeRegex':
      return pathSpecifier.value.regex;
    default:
      return '/*';
  }
}

/** Routes that make a tunnel, for ports of an explicit proxy that carry no HTTP/1. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { HttpRouteDestination } from '@weft/model';
import { type Route, type RouteAction, RouteSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { duration } from '../messages/core.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { notice } from '../provenance.ts';
import { originOf } from '../virtual-services/placed-rule.ts';
import { forwardAction } from './action.ts';
import { isCatchAll, isMeantFor, routeMatch } from './match.ts';
import { routeMetadata } from './route-metadata.ts';
import type { RouteScope } from './scope.ts';
import { defaultRouteName } from './service-routes.ts';

/**
 * A tunnel knows the destination and nothing of the requests in it, so only a rule that takes everything can hold, and only its destinations;
 * rules before it are noted. Undefined where there is none.
 */
export function tunnelRoute(scope: RouteScope, { rules }: IndexedVirtualService): Route | undefined {
  const { calledPort: port } = scope;
  for (const placed of rules) {
    const from = originOf(placed.origin);
    const meant = placed.matches.filter(({ match }) => isMeantFor(match, scope));
    if (meant.length === 0) continue;
    const forwarded = forwardAction(scope, placed, (placed.rule.route ?? []).map(bare));
    if (!meant.some(({ match }) => isCatchAll(routeMatch(match, scope.dialect)))) {
      const sentence = `has a match, which is not applied on port ${port}: its connections are tunnelled`;
      scope.notices.add(notice(from, sentence));
    } else if (forwarded === undefined) {
      const sentence = `forwards nothing and is not applied on port ${port}: its connections are tunnelled`;
      scope.notices.add(notice(from, sentence));
    } else {
      return tunnel(forwarded.forward.clusterSpecifier, placed.rule.name ?? '', from, forwarded.targets);
    }
  }
  return undefined;
}

export function defaultTunnel(cluster: string, from: Provenance): Route {
  return tunnel({ case: 'cluster', value: cluster }, defaultRouteName, from, []);
}

function bare({ destination, weight }: HttpRouteDestination): HttpRouteDestination {
  return weight === undefined ? { destination } : { destination, weight };
}

function tunnel(
  clusterSpecifier: RouteAction['clusterSpecifier'],
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
    metadata: routeMetadata(from, { targets }),
  });
}

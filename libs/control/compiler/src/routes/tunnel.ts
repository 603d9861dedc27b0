/** Routes that make a tunnel, for ports of an explicit proxy that carry no HTTP/1. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { HttpRouteDestination } from '@weft/model';
import { type Route, type RouteAction, RouteSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { holds, rulePath } from '../listeners/outbound-tcp.ts';
import type { TcpPlace } from '../listeners/tcp-targets.ts';
import { duration } from '../messages/core.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { expandRule, originOf } from '../virtual-services/placed-rule.ts';
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

/**
 * The first TCP rule, or TCPRoute, that holds for connections to a port: a tunnel knows no more of them. Rules by server name cannot hold, and
 * are noted. Undefined where there is none.
 */
export function connectionTunnel(
  scope: RouteScope,
  place: TcpPlace,
  candidates: readonly IndexedVirtualService[],
  mayBeTls: boolean,
): Route | undefined {
  for (const rules of candidates) {
    const { resource } = rules;
    const byName = resource.spec.tls.some(({ match }) => match.some((one) => holds(place, rules, one)));
    if (byName && mayBeTls) {
      const from = provenanceOf(resource, '');
      scope.notices.add(notice(from, `server names are not seen on port ${place.port}: its connections are tunnelled`));
    }
    for (const [position, { match, route }] of resource.spec.tcp.entries()) {
      const matches = match?.length ? match : [{}];
      if (!matches.some((one) => !one.destinationSubnets?.length && holds(place, rules, one))) continue;
      const origin = { resource, path: rulePath(rules, 'tcp', position) };
      const { world } = place.context;
      const rule = expandRule({ route }, resource.namespace, {
        domain: world.input.domain,
        canonical: world.canonical,
      });
      const forwarded = forwardAction(scope, { rule, matches: [], origin }, (rule.route ?? []).map(bare));
      if (forwarded === undefined) continue;
      return tunnel(forwarded.forward.clusterSpecifier, '', originOf(origin), forwarded.targets);
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

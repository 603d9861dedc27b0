/** `http.<port>` of a gateway: one virtual host per host, from all VirtualServices that name the Gateway. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { Route } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { type Context, clientScope, type Generator } from '../context.ts';
import { sharedHosts } from '../gateway-hosts.ts';
import { type BoundServer, gatewayServers } from '../gateway-servers.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { gatewayRouteName } from '../names.ts';
import { provenanceOf } from '../provenance.ts';
import type { RouteScope } from './destination.ts';
import { isCatchAll } from './match.ts';
import { ruleRoutes } from './rules.ts';
import { callersVirtualHost, createDomainClaims } from './virtual-host.ts';

export const gatewayRoutes: Generator = (context) => {
  const { world, proxy } = context;
  if (proxy.type !== 'router') return;
  for (const [port, servers] of gatewayServers(world, proxy)) {
    context.emit({
      type: 'route',
      name: gatewayRouteName(port),
      scope: `${clientScope(context)}|${proxy.id}`,
      inputs: [
        proxy.namespace,
        ...servers.flatMap(({ gateway, rule }) => [gateway, rule]),
        null,
        world.shape,
        world.routingInputs,
      ],
      build() {
        const notices = new Set<string>();
        const missingClusters = new Set<string>();
        const message = buildGateway(context, port, servers, { notices, missingClusters });
        return { message, notices: [...notices], missingClusters: [...missingClusters] };
      },
    });
  }
};

interface Host {
  readonly from: Provenance;
  readonly rules: IndexedVirtualService[];
}

function buildGateway(
  context: Context,
  port: number,
  servers: readonly BoundServer[],
  findings: Pick<RouteScope, 'notices' | 'missingClusters'>,
): RouteConfiguration {
  const { world, proxy } = context;
  const scope: RouteScope = {
    world,
    clientNamespace: proxy.namespace,
    dialect: 'proxy',
    calledPort: port,
    ...findings,
  };
  const hosts = gatewayHosts(world.index.virtualServices, servers);
  const claims = createDomainClaims();
  const routesOf = new Map<IndexedVirtualService, readonly Route[]>();
  const virtualHosts = [...hosts.keys()].sort().flatMap((host) => {
    const entry = hosts.get(host);
    const domains = claims.claim(host === '*' ? ['*'] : [host, `${host}:${port}`]);
    if (entry === undefined || domains.length === 0) return [];
    const routes = entry.rules.flatMap((rules) => {
      const made = routesOf.get(rules) ?? ruleRoutes(scope, rules.resource);
      routesOf.set(rules, made);
      return made;
    });
    return [callersVirtualHost(`${host}:${port}`, domains, catchAllLast(routes), entry.from)];
  });
  return create(RouteConfigurationSchema, { name: gatewayRouteName(port), virtualHosts });
}

/** Which VirtualServices, oldest first, speak for which host: those of the VirtualService that a server admits, or the server's where that is narrower. */
function gatewayHosts(
  virtualServices: readonly IndexedVirtualService[],
  servers: readonly BoundServer[],
): ReadonlyMap<string, Host> {
  const hosts = new Map<string, Host>();
  for (const rules of virtualServices) {
    if (rules.resource.spec.http.length === 0) continue;
    const mine = new Set<string>();
    for (const bound of servers) {
      const { gateway } = bound;
      if (!rules.gateways.has(`${gateway.namespace}/${gateway.name}`)) continue;
      for (const host of sharedHosts(rules, gateway, bound.server)) mine.add(host);
    }
    for (const host of mine) {
      const entry = hosts.get(host);
      if (entry === undefined) hosts.set(host, { from: provenanceOf(rules.resource, ''), rules: [rules] });
      else entry.rules.push(rules);
    }
  }
  return hosts;
}

/** Several VirtualServices share a host: one that takes everything must not hide those after it. */
function catchAllLast(routes: readonly Route[]): readonly Route[] {
  const takesAll = (route: Route): boolean => route.match !== undefined && isCatchAll(route.match);
  return [...routes.filter((route) => !takesAll(route)), ...routes.filter(takesAll)];
}

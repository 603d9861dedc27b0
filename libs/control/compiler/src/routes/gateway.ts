/** A gateway's routes: one virtual host per host, from all VirtualServices that name the Gateway. */

import type { Provenance } from '@weft/kernel';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import {
  type Route,
  type VirtualHost,
  VirtualHost_TlsRequirementType,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { Context, Generator } from '../context.ts';
import { sharedHosts } from '../gateway-hosts.ts';
import { type BoundServer, gatewayServers } from '../gateway-servers.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { builtIn, provenanceOf } from '../provenance.ts';
import { serverOrigin } from '../translated/origins.ts';
import { routeSemantics } from '../virtual-services/semantics.ts';
import { writtenHost } from './domains.ts';
import { gatewayRoutesOf } from './gateway-names.ts';
import { isCatchAll } from './match.ts';
import { ruleRoutes } from './rules.ts';
import type { Findings } from './scope.ts';
import { byName, callersVirtualHost, routeConfiguration } from './virtual-host.ts';

export const gatewayRoutes: Generator = (context) => {
  const { world, proxy, scope } = context;
  if (proxy.type !== 'router') return;
  for (const [name, servers] of serversByRoutes(context)) {
    context.emit({
      type: 'route',
      name,
      scope: proxy.id,
      inputs: [
        proxy.labels,
        ...servers.flatMap(({ gateway, rule }) => [gateway, rule]),
        null,
        scope.view,
        world.routingInputs,
        world.input.mesh,
      ],
      build() {
        const findings = { notices: new Set<string>(), missingClusters: new Set<string>() };
        const message = buildGateway(context, name, servers, findings);
        return { message, notices: [...findings.notices], missingClusters: [...findings.missingClusters] };
      },
    });
  }
};

function serversByRoutes(context: Context): ReadonlyMap<string, readonly BoundServer[]> {
  const found = new Map<string, BoundServer[]>();
  for (const servers of gatewayServers(context).values()) {
    for (const bound of servers) {
      const name = gatewayRoutesOf(bound);
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), bound]);
    }
  }
  return found;
}

interface Host {
  readonly from: Provenance;
  readonly routes: Route[];
  /** Plain requests are redirected to https. */
  tlsOnly: boolean;
}

function buildGateway(
  context: Context,
  name: string,
  servers: readonly BoundServer[],
  findings: Findings,
): RouteConfiguration {
  const { world } = context;
  const port = servers[0]?.server.port.number ?? 0;
  const hosts = gatewayHosts(context, servers, findings);
  const virtualHosts = [...hosts].map(([host, entry]): VirtualHost => {
    const domain = writtenHost(host);
    const made = callersVirtualHost(world, `${domain}:${port}`, [domain], catchAllLast(entry.routes), entry.from);
    return entry.tlsOnly ? { ...made, requireTls: VirtualHost_TlsRequirementType.ALL } : made;
  });
  if (virtualHosts.length === 0) {
    // Without routes: 404 NR.
    const nobody = builtIn('no VirtualService speaks for a host of this port');
    virtualHosts.push(callersVirtualHost(world, `blackhole:${port}`, ['*'], [], nobody));
  }
  return routeConfiguration(name, virtualHosts.sort(byName), { ignorePort: true });
}

/** The routes of all VirtualServices of a host, those of the oldest first; a VirtualService counts once for each Gateway that it names. */
function gatewayHosts(
  context: Context,
  servers: readonly BoundServer[],
  findings: Findings,
): ReadonlyMap<string, Host> {
  const hosts = new Map<string, Host>();
  const given = new Set<string>();
  // What other APIs say is one entry for all Gateways that follow it.
  const entries = new Map<IndexedVirtualService, number>();
  for (const bound of servers) {
    const { gateway, server } = bound;
    const key = `${gateway.namespace}/${gateway.name}`;
    const tlsOnly = server.tls?.httpsRedirect === true;
    for (const rules of context.scope.view.virtualServices) {
      if (!rules.gateways.has(key) || rules.rules.length === 0) continue;
      const shared = sharedHosts(rules, gateway, server);
      if (shared.length === 0) continue;
      const routes = gatewayRuleRoutes(context, bound, rules, findings);
      if (routes.length === 0) continue;
      for (const host of new Set(shared)) {
        const entry = hosts.get(host) ?? { from: provenanceOf(rules.resource, ''), routes: [], tlsOnly: false };
        hosts.set(host, entry);
        entry.tlsOnly ||= tlsOnly;
        const isEntry = routeSemantics(rules.resource) === 'gateway';
        if (isEntry && !entries.has(rules)) entries.set(rules, entries.size);
        const { namespace, name } = rules.resource;
        const who = isEntry ? `${entries.get(rules)} ${host}` : `${key} ${namespace}/${name} ${host}`;
        if (given.has(who)) continue;
        given.add(who);
        entry.routes.push(...routes);
      }
    }
    if (!tlsOnly) continue;
    for (const written of server.hosts) {
      const host = written.slice(written.indexOf('/') + 1).toLowerCase();
      const entry = hosts.get(host) ?? { from: serverOrigin(gateway, bound.rule), routes: [], tlsOnly };
      entry.tlsOnly = true;
      hosts.set(host, entry);
    }
  }
  return hosts;
}

function gatewayRuleRoutes(
  { world, proxy, scope }: Context,
  { gateway, server }: BoundServer,
  rules: IndexedVirtualService,
  findings: Findings,
): readonly Route[] {
  return ruleRoutes(
    {
      world,
      dialect: 'proxy',
      clientNamespace: proxy.namespace,
      clientLabels: proxy.labels,
      gateway: `${gateway.namespace}/${gateway.name}`,
      calledPort: server.port.number,
      isTls: server.tls !== undefined,
      services: scope.view.byHost,
      ...findings,
    },
    rules,
  );
}

/** Several VirtualServices share a host: one that takes everything must not hide those after it. */
function catchAllLast(routes: readonly Route[]): readonly Route[] {
  const takesAll = (route: Route): boolean => route.match !== undefined && isCatchAll(route.match);
  return [...routes.filter((route) => !takesAll(route)), ...routes.filter(takesAll)];
}

/** `<port>`: where a sidecar sends what its application asks of a port, one virtual host per service and per host of a VirtualService. */

import type { Provenance } from '@weft/kernel';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { Route, VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { Context, Generator } from '../context.ts';
import { provenanceOf } from '../provenance.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import { spokenFor } from '../virtual-services/mesh-hosts.ts';
import { createDomainClaims, serviceDomains, writtenHost } from './domains.ts';
import { callerKey, meshScope, noteShadowed, ruleOnlyPort } from './mesh-scope.ts';
import { carriesHttp, type OutboundRoutes, outboundPlan } from './outbound-plan.ts';
import { proxyHosts } from './proxy-hosts.ts';
import { ruleRoutes } from './rules.ts';
import type { Findings } from './scope.ts';
import { serviceRoute } from './service-routes.ts';
import { noteEgressProxy, unknownHost } from './unknown-host.ts';
import { byName, callersVirtualHost, routeConfiguration } from './virtual-host.ts';

export const outboundRoutes: Generator = (context) => {
  const { proxy, world, scope } = context;
  if (proxy.type !== 'sidecar') return;
  for (const planned of outboundPlan(scope)) {
    context.emit({
      type: 'route',
      name: planned.name,
      scope: callerKey(context, planned.view),
      inputs: [
        planned.view,
        planned.only,
        scope.view,
        scope.outbound,
        scope.egressCluster,
        world.routingInputs,
        world.input.mesh,
      ],
      build() {
        const findings = { notices: new Set<string>(), missingClusters: new Set<string>() };
        const message = buildOutbound(context, planned, findings);
        return { message, notices: [...findings.notices], missingClusters: [...findings.missingClusters] };
      },
    });
  }
};

function buildOutbound(context: Context, planned: OutboundRoutes, findings: Findings): RouteConfiguration {
  noteShadowed(context, findings);
  noteEgressProxy(context, findings);
  const { world, scope } = context;
  if (planned.only !== undefined) {
    const hosts = onlyHost(portHosts(context, planned, findings), `${planned.only}:${planned.port}`);
    return routeConfiguration(planned.name, hosts, { ignorePort: true });
  }
  const hosts =
    planned.isProxy === true ? proxyHosts(context, planned.view, findings) : portHosts(context, planned, findings);
  const all = [...hosts].sort(byName);
  return routeConfiguration(planned.name, [...all, unknownHost(world, scope)], { ignorePort: true });
}

/** The virtual hosts of all services that have the port, and of the VirtualServices that speak there. */
function portHosts(
  context: Context,
  { view, port }: Pick<OutboundRoutes, 'view' | 'port'>,
  findings: Findings,
): readonly VirtualHost[] {
  const { world, proxy } = context;
  const services = new Map<string, ServiceShape>();
  for (const service of view.services) {
    if (service.ports.some(({ number }) => number === port)) services.set(service.host, service);
  }
  const routeScope = meshScope(context, port, findings);
  const claims = createDomainClaims(new Set(services.keys()));
  const hosts = new Map<string, VirtualHost>();
  const add = (host: string, domains: readonly string[], routes: readonly Route[], from: Provenance) => {
    const name = `${writtenHost(host)}:${port}`;
    if (hosts.has(name) || domains.length === 0) return;
    hosts.set(name, callersVirtualHost(world, name, domains, routes, from));
  };
  const addService = (service: ServiceShape, routes: readonly Route[]): void => {
    const from = portFrom(service, port);
    const domains = claims.claimService(service, serviceDomains(service, proxy.namespace, world.input.domain));
    add(service.host, domains, routes, from);
  };
  const ruled = new Set<string>();
  for (const { rules, services: mine, others } of spokenFor(view, services, proxy.namespace)) {
    const spoken = mine.filter((service) => service.ports.some((each) => each.number === port && isRouted(each)));
    if (spoken.length === 0 && port !== ruleOnlyPort) continue;
    const routes = ruleRoutes(routeScope, rules);
    if (routes.length === 0) continue;
    for (const host of others) {
      add(host, claims.claim([writtenHost(host)]), routes, provenanceOf(rules.resource, ''));
    }
    for (const service of spoken) {
      if (ruled.has(service.host)) continue;
      ruled.add(service.host);
      addService(service, routes);
    }
  }
  for (const service of services.values()) {
    if (ruled.has(service.host) || !service.ports.some((each) => each.number === port && isRouted(each))) continue;
    addService(service, [serviceRoute(routeScope, service.host, port, portFrom(service, port))]);
  }
  return [...hosts.values()];
}

function isRouted(port: ServiceShape['ports'][number]): boolean {
  return carriesHttp(port) || port.sniffed;
}

function portFrom(service: ServiceShape, number: number): Provenance {
  return service.ports.find((port) => port.number === number)?.from ?? service.from;
}

/** One service takes every request of its own listener. */
function onlyHost(hosts: readonly VirtualHost[], name: string): VirtualHost[] {
  return hosts.filter((host) => host.name === name).map((host) => ({ ...host, domains: ['*'] }));
}

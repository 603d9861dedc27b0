/** `http_proxy`: where a sidecar sends what its application asks it to fetch, one virtual host per service port. */

import { create } from '@bufbuild/protobuf';
import type { ServicePortView, ServiceView } from '@weft/control-registry';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { Route, VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { type Context, clientScope, type Generator, isHttp } from '../context.ts';
import { egressRouteName, outboundClusterName } from '../names.ts';
import { builtIn, notice, provenanceOf } from '../provenance.ts';
import { isRoutable, type World } from '../world.ts';
import type { RouteScope } from './destination.ts';
import { meshVirtualService, ruleOnlyHosts, shadowedRules } from './mesh-rules.ts';
import { answerRoute, defaultRoute, defaultTunnel, ruleRoutes, tunnelRoutes } from './rules.ts';
import { callersVirtualHost, createDomainClaims, portDomains, serviceNames } from './virtual-host.ts';

/** Port of a host that no service has: what a URL without a port means. */
const ruleOnlyPort = 80;

export const egressRoutes: Generator = (context) => {
  const { proxy, world } = context;
  if (proxy.type !== 'sidecar' || proxy.egressProxy === undefined) return;
  context.emit({
    type: 'route',
    name: egressRouteName,
    scope: clientScope(context),
    inputs: [proxy.namespace, world.shape, world.routingInputs],
    build() {
      const notices = new Set(shadowedRules(world));
      const missingClusters = new Set<string>();
      const message = buildEgress(context, { notices, missingClusters });
      return { message, notices: [...notices], missingClusters: [...missingClusters] };
    },
  });
};

type Findings = Pick<RouteScope, 'notices' | 'missingClusters'>;

function buildEgress(context: Context, findings: Findings): RouteConfiguration {
  const { world, proxy } = context;
  const claims = createDomainClaims();
  const hosts: VirtualHost[] = [];
  const services = [...world.input.registry.services.values()];
  const planned: { service: ServiceView; port: ServicePortView; own: readonly string[] }[] = [];
  // Full names are claimed before any alias: a ServiceEntry called "payment.shop" keeps its name.
  for (const service of services) {
    if (!isRoutable(service)) {
      findings.notices.add(
        notice(service.from, 'a host without any name or address to connect to cannot be reached without capture'),
      );
      continue;
    }
    for (const port of service.ports) {
      planned.push({ service, port, own: claims.claim(portDomains(service, port, [service.host])) });
    }
  }
  for (const { service, port, own } of planned) {
    const scope = scopeFor(world, proxy.namespace, port.number, findings);
    const names = serviceNames(service, proxy.namespace, world.input.domain);
    const domains = [...own, ...claims.claim(portDomains(service, port, names))];
    if (domains.length === 0) continue;
    hosts.push(
      callersVirtualHost(`${service.host}:${port.number}`, domains, servicePortRoutes(scope, service, port), port.from),
    );
  }
  for (const [host, { resource }] of ruleOnlyHosts(world)) {
    const domains = claims.claim([`${host}:${ruleOnlyPort}`, host]);
    if (domains.length === 0) continue;
    const scope = scopeFor(world, proxy.namespace, ruleOnlyPort, findings);
    hosts.push(
      callersVirtualHost(`${host}:${ruleOnlyPort}`, domains, ruleRoutes(scope, resource), provenanceOf(resource, '')),
    );
  }
  hosts.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
  const reason = 'no service of the mesh has this name';
  hosts.push(callersVirtualHost('block_all', ['*'], [answerRoute(502, reason)], builtIn(reason)));
  return create(RouteConfigurationSchema, { name: egressRouteName, virtualHosts: hosts });
}

function scopeFor(world: World, clientNamespace: string, calledPort: number, findings: Findings): RouteScope {
  return { world, clientNamespace, dialect: 'proxy', calledPort, ...findings };
}

function servicePortRoutes(scope: RouteScope, service: ServiceView, port: ServicePortView): readonly Route[] {
  const rules = meshVirtualService(scope.world, service.host);
  const cluster = outboundClusterName(port.number, '', service.host);
  if (isHttp(port)) return rules === undefined ? [defaultRoute(cluster, port.from)] : ruleRoutes(scope, rules.resource);
  const fallback = defaultTunnel(cluster, port.from);
  return rules === undefined ? [fallback] : tunnelRoutes(scope, rules.resource, fallback);
}

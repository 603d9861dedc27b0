/** Routes of proxyless gRPC clients: one configuration per service port, asked for by the api listener of that port. */

import type { ServicePortView } from '@weft/control-registry';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { Route } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { Context, Generator } from '../context.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { outboundClusterName } from '../names.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import { spokenFor } from '../virtual-services/mesh-hosts.ts';
import { createDomainClaims, serviceDomains } from './domains.ts';
import { callerKey, meshScope } from './mesh-scope.ts';
import { ruleRoutes } from './rules.ts';
import type { Findings } from './scope.ts';
import { serviceRoute } from './service-routes.ts';
import { routeConfiguration, virtualHost } from './virtual-host.ts';

export const grpcRoutes: Generator = (context) => {
  const { proxy, world, scope } = context;
  if (proxy.type !== 'grpc') return;
  let candidates: ReadonlyMap<string, readonly IndexedVirtualService[]> | undefined;
  for (const service of scope.view.services) {
    if (!service.routable) continue;
    for (const port of service.ports) {
      context.emit({
        type: 'route',
        name: outboundClusterName(port.number, '', service.host),
        scope: callerKey(context, scope.view),
        inputs: [scope.view, world.routingInputs, world.input.mesh],
        build() {
          candidates ??= rulesByService(context);
          const findings = { notices: new Set<string>(), missingClusters: new Set<string>() };
          const message = buildGrpc(context, service, port, candidates.get(service.host) ?? [], findings);
          return { message, notices: [...findings.notices], missingClusters: [...findings.missingClusters] };
        },
      });
    }
  }
};

function rulesByService({ scope, proxy }: Context): ReadonlyMap<string, readonly IndexedVirtualService[]> {
  const found = new Map<string, IndexedVirtualService[]>();
  for (const { rules, services } of spokenFor(scope.view, scope.view.byHost, proxy.namespace)) {
    for (const { host } of services) found.set(host, [...(found.get(host) ?? []), rules]);
  }
  return found;
}

function buildGrpc(
  context: Context,
  service: ServiceShape,
  port: ServicePortView,
  candidates: readonly IndexedVirtualService[],
  findings: Findings,
): RouteConfiguration {
  const { proxy, world } = context;
  const scope = meshScope(context, port.number, findings);
  let routes: readonly Route[] = [];
  for (const rules of candidates) {
    routes = ruleRoutes(scope, rules);
    if (routes.length > 0) break;
  }
  if (routes.length === 0) routes = [serviceRoute(scope, service.host, port.number, port.from)];
  const names = serviceDomains(service, proxy.namespace, world.input.domain);
  const domains = createDomainClaims().claim(names.flatMap((name) => [`${name}:${port.number}`, name]));
  const host = virtualHost(`${service.host}:${port.number}`, domains, routes, port.from);
  return routeConfiguration(outboundClusterName(port.number, '', service.host), [host], { ignorePort: false });
}

/** Virtual hosts of an explicit HTTP proxy: one per service port, since a request names its port; ports without HTTP/1 are tunnelled. */

import type { ServicePortView } from '@weft/control-registry';
import type { Route, VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { type Context, isHttp } from '../context.ts';
import { mesh, rulesFor } from '../listeners/outbound-tcp.ts';
import type { TcpPlace } from '../listeners/tcp-targets.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { outboundClusterName } from '../names.ts';
import { notice, provenanceOf } from '../provenance.ts';
import type { EgressView } from '../scope/egress-view.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import { spokenFor } from '../virtual-services/mesh-hosts.ts';
import { createDomainClaims, serviceDomains, writtenHost } from './domains.ts';
import { meshScope, ruleOnlyPort } from './mesh-scope.ts';
import { carriesHttp } from './outbound-plan.ts';
import { ruleRoutes } from './rules.ts';
import type { Findings } from './scope.ts';
import { serviceRoute } from './service-routes.ts';
import { connectionTunnel, defaultTunnel, tunnelRoute } from './tunnel.ts';
import { callersVirtualHost, portDomains } from './virtual-host.ts';

export function proxyHosts(context: Context, view: EgressView, findings: Findings): readonly VirtualHost[] {
  const { world, proxy } = context;
  const claims = createDomainClaims();
  const hosts: VirtualHost[] = [];
  const planned: { service: ServiceShape; port: ServicePortView; own: readonly string[] }[] = [];
  // Full names are claimed before any alias: a ServiceEntry called "payment.shop" keeps its name.
  for (const service of view.services) {
    if (!service.routable) {
      const sentence = 'a host without any name or address to connect to cannot be reached without capture';
      findings.notices.add(notice(service.from, sentence));
      continue;
    }
    for (const port of service.ports) {
      planned.push({ service, port, own: claims.claim(portDomains(service, port, [service.host])) });
    }
  }
  const spoken = spokenFor(view, view.byHost, proxy.namespace);
  const rulesOf = new Map<string, IndexedVirtualService[]>();
  for (const { rules, services } of spoken) {
    for (const { host } of services) rulesOf.set(host, [...(rulesOf.get(host) ?? []), rules]);
  }
  for (const { service, port, own } of planned) {
    const names = serviceDomains(service, proxy.namespace, world.input.domain);
    const domains = [...own, ...claims.claim(portDomains(service, port, names))];
    if (domains.length === 0) continue;
    const routes = servicePortRoutes(context, view, service, port, rulesOf.get(service.host) ?? [], findings);
    hosts.push(callersVirtualHost(world, `${service.host}:${port.number}`, domains, routes, port.from));
  }
  for (const { rules, others } of spoken) {
    if (others.length === 0) continue;
    const routes = ruleRoutes(meshScope(context, ruleOnlyPort, findings), rules);
    for (const host of routes.length === 0 ? [] : others) {
      const domains = claims.claim([`${writtenHost(host)}:${ruleOnlyPort}`, writtenHost(host)]);
      if (domains.length === 0) continue;
      const from = provenanceOf(rules.resource, '');
      hosts.push(callersVirtualHost(world, `${host}:${ruleOnlyPort}`, domains, routes, from));
    }
  }
  return hosts;
}

/** The first VirtualService that says anything to this caller holds. */
function servicePortRoutes(
  context: Context,
  view: EgressView,
  service: ServiceShape,
  port: ServicePortView,
  candidates: readonly IndexedVirtualService[],
  findings: Findings,
): readonly Route[] {
  const scope = meshScope(context, port.number, findings);
  if (!carriesHttp(port)) {
    const place: TcpPlace = { context, findings, port: port.number, gateways: mesh };
    const mayBeTls = port.sniffed || port.protocol !== 'tcp';
    const tunnel = connectionTunnel(scope, place, rulesFor(place, view, service), mayBeTls);
    if (tunnel !== undefined) return [tunnel];
  }
  for (const rules of candidates) {
    if (!isHttp(port)) {
      const tunnel = tunnelRoute(scope, rules);
      if (tunnel !== undefined) return [tunnel];
      continue;
    }
    const routes = ruleRoutes(scope, rules);
    if (routes.length > 0) return routes;
  }
  if (isHttp(port)) return [serviceRoute(scope, service.host, port.number, port.from)];
  return [defaultTunnel(outboundClusterName(port.number, '', service.host), port.from)];
}

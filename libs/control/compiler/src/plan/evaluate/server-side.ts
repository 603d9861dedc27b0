/** What a workload's sidecar, or a gateway, asks of calls before it passes them on: the rules of its filters, by port. */

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { FilterChain } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { RBAC } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { ExtAuthzSchema } from '@weft/xds-messages/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import { RBACSchema as HttpRbacSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { RBACSchema as NetworkRbacSchema } from '@weft/xds-messages/envoy/extensions/filters/network/rbac/v3/rbac';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import type { DecodedSnapshot } from './decoded-snapshot.ts';
import { routeRules } from './route-rules.ts';

export interface ServerPort {
  /** Of the workload, as policies count it. */
  readonly port: number;
  readonly http: boolean;
  readonly rules: readonly RBAC[];
  /** An authorizer outside has a say too: then a call that the rules let through may be denied all the same. */
  readonly asksAuthorizer: boolean;
}

/** One for each port and kind of traffic of a sidecar's inbound listeners. */
export function serverPorts({ listeners }: DecodedSnapshot): readonly ServerPort[] {
  const found = new Map<string, ServerPort>();
  for (const listener of listeners.values()) {
    if (listener.trafficDirection !== TrafficDirection.INBOUND) continue;
    for (const chain of listener.filterChains) {
      const port = serverPort(chain);
      if (port !== undefined && !found.has(`${port.port}|${port.http}`)) found.set(`${port.port}|${port.http}`, port);
    }
  }
  return [...found.values()].sort((left, right) => left.port - right.port);
}

function serverPort({ filters }: FilterChain): ServerPort | undefined {
  const rules: RBAC[] = [];
  for (const { configType } of filters) {
    if (configType.case !== 'typedConfig') continue;
    const network = anyUnpack(configType.value, NetworkRbacSchema);
    if (network?.rules !== undefined) rules.push(network.rules);
    const tcp = anyUnpack(configType.value, TcpProxySchema);
    if (tcp?.clusterSpecifier.case === 'cluster') {
      const port = portOf(tcp.clusterSpecifier.value);
      return port === undefined ? undefined : { port, http: false, rules, asksAuthorizer: false };
    }
    const manager = anyUnpack(configType.value, HttpConnectionManagerSchema);
    if (manager?.routeSpecifier.case !== 'routeConfig') continue;
    const clusters = manager.routeSpecifier.value.virtualHosts.flatMap(({ routes }) =>
      routes.flatMap(({ action }) =>
        action.case === 'route' && action.value.clusterSpecifier.case === 'cluster'
          ? [action.value.clusterSpecifier.value]
          : [],
      ),
    );
    const port = portOf(clusters[0] ?? '');
    if (port === undefined) return undefined;
    let asksAuthorizer = false;
    for (const filter of manager.httpFilters) {
      if (filter.configType.case !== 'typedConfig') continue;
      const http = anyUnpack(filter.configType.value, HttpRbacSchema);
      if (http?.rules !== undefined) rules.push(http.rules);
      asksAuthorizer ||= anyUnpack(filter.configType.value, ExtAuthzSchema) !== undefined;
    }
    const atRoutes = routeRules(manager.routeSpecifier.value);
    if (atRoutes !== undefined) rules.push(atRoutes);
    return { port, http: true, rules, asksAuthorizer };
  }
  return undefined;
}

/** "inbound|8080||". */
function portOf(cluster: string): number | undefined {
  const port = /^inbound\|(\d+)\|/.exec(cluster)?.[1];
  return port === undefined ? undefined : Number(port);
}

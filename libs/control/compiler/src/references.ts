/** What a resource names in other resources: read off the finished message, so that no generator can forget one. */

import { type Any, anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Cluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { Cluster_DiscoveryType } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol';
import {
  type CommonTlsContext,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { MessageOf, ResourceType } from './resource-types.ts';

export interface References {
  readonly clusters: readonly string[];
  readonly endpoints: readonly string[];
  readonly routes: readonly string[];
  readonly secrets: readonly string[];
}

interface Collected {
  clusters: Set<string>;
  endpoints: Set<string>;
  routes: Set<string>;
  secrets: Set<string>;
}

const readers: { readonly [T in ResourceType]: (message: MessageOf<T>, into: Collected) => void } = {
  cluster: readCluster,
  endpoint: () => {},
  listener: readListener,
  route: readRoutes,
  secret: () => {},
};

export function referencesOf<T extends ResourceType>(type: T, message: MessageOf<T>): References {
  const into: Collected = { clusters: new Set(), endpoints: new Set(), routes: new Set(), secrets: new Set() };
  readers[type](message, into);
  return {
    clusters: [...into.clusters],
    endpoints: [...into.endpoints],
    routes: [...into.routes],
    secrets: [...into.secrets],
  };
}

function readCluster(cluster: Cluster, into: Collected): void {
  if (cluster.clusterDiscoveryType.value === Cluster_DiscoveryType.EDS) {
    into.endpoints.add(cluster.edsClusterConfig?.serviceName || cluster.name);
  }
  readSocket(cluster.transportSocket, into);
  for (const match of cluster.transportSocketMatches) readSocket(match.transportSocket, into);
}

function readListener(listener: Listener, into: Collected): void {
  readManager(listener.apiListener?.apiListener, into);
  const { defaultFilterChain } = listener;
  for (const chain of defaultFilterChain === undefined
    ? listener.filterChains
    : [...listener.filterChains, defaultFilterChain]) {
    readSocket(chain.transportSocket, into);
    for (const filter of chain.filters) {
      if (filter.configType.case !== 'typedConfig') continue;
      readManager(filter.configType.value, into);
      const tcp = anyUnpack(filter.configType.value, TcpProxySchema);
      if (tcp?.clusterSpecifier.case === 'cluster') into.clusters.add(tcp.clusterSpecifier.value);
      if (tcp?.clusterSpecifier.case === 'weightedClusters') {
        for (const { name } of tcp.clusterSpecifier.value.clusters) into.clusters.add(name);
      }
    }
  }
}

function readManager(packed: Any | undefined, into: Collected): void {
  if (packed === undefined || !anyIs(packed, HttpConnectionManagerSchema)) return;
  const specifier = anyUnpack(packed, HttpConnectionManagerSchema)?.routeSpecifier;
  if (specifier?.case === 'rds') into.routes.add(specifier.value.routeConfigName);
  if (specifier?.case === 'routeConfig') readRoutes(specifier.value, into);
}

function readRoutes(routes: RouteConfiguration, into: Collected): void {
  for (const host of routes.virtualHosts) {
    for (const { action } of host.routes) {
      if (action.case !== 'route') continue;
      const specifier = action.value.clusterSpecifier;
      if (specifier.case === 'cluster') into.clusters.add(specifier.value);
      if (specifier.case !== 'weightedClusters') continue;
      for (const entry of specifier.value.clusters) into.clusters.add(entry.name);
    }
  }
}

function readSocket(socket: TransportSocket | undefined, into: Collected): void {
  if (socket?.configType.case !== 'typedConfig') return;
  const packed = socket.configType.value;
  readSocket(anyUnpack(packed, ProxyProtocolUpstreamTransportSchema)?.transportSocket, into);
  const context =
    anyUnpack(packed, UpstreamTlsContextSchema)?.commonTlsContext ??
    anyUnpack(packed, DownstreamTlsContextSchema)?.commonTlsContext;
  if (context !== undefined) readTls(context, into);
}

function readTls(context: CommonTlsContext, into: Collected): void {
  for (const secret of context.tlsCertificateSdsSecretConfigs) into.secrets.add(secret.name);
  const validation = context.validationContextType;
  if (validation.case !== 'combinedValidationContext') return;
  const secret = validation.value.validationContextSdsSecretConfig;
  if (secret !== undefined) into.secrets.add(secret.name);
}

/** What an Envoy is started with: who it is, where its control plane is, its side ports. All else comes over ADS. */

import { type JsonObject, type JsonValue, toJson } from '@bufbuild/protobuf';
import { type Node, NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { listenerLimits } from '../listeners/limits.ts';
import type { HostPort } from '../session/node-description.ts';

export interface BootstrapOptions {
  readonly node: Node;
  /** Path of the Unix socket that serves ADS. */
  readonly adsSocket: string;
  readonly admin: HostPort;
  readonly prometheus: HostPort;
}

const adsCluster = 'xds-grpc';
const adminCluster = 'prometheus_stats';
/** Shorter than what a control plane allows a proxy to be away: the socket is this machine's own. */
const reconnect = { base_interval: '0.2s', max_interval: '1s' };
const httpOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const manager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

export function envoyBootstrap({ node, adsSocket, admin, prometheus }: BootstrapOptions): JsonObject {
  const overAds = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  return {
    node: toJson(NodeSchema, node, { useProtoFieldName: true }),
    admin: { address: addressOf(admin) },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [
          { envoy_grpc: { cluster_name: adsCluster, retry_policy: { retry_back_off: { ...reconnect } } } },
        ],
      },
      cds_config: overAds,
      lds_config: overAds,
    },
    static_resources: {
      clusters: [adsClusterAt(adsSocket), staticCluster(adminCluster, addressOf(admin))],
      listeners: [prometheusListener(prometheus)],
    },
    overload_manager: {
      resource_monitors: [
        {
          name: 'envoy.resource_monitors.global_downstream_max_connections',
          typed_config: {
            '@type':
              'type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
            max_active_downstream_connections: String(listenerLimits.connectionsMax),
          },
        },
      ],
    },
  };
}

function addressOf({ host, port }: HostPort): JsonObject {
  return { socket_address: { address: host, port_value: port } };
}

function adsClusterAt(path: string): JsonObject {
  return {
    ...staticCluster(adsCluster, { pipe: { path } }),
    connect_timeout: '1s',
    typed_extension_protocol_options: {
      [httpOptions]: {
        '@type': `type.googleapis.com/${httpOptions}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}

function staticCluster(name: string, address: JsonValue): JsonObject {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address } }] }];
  return { name, type: 'STATIC', load_assignment: { cluster_name: name, endpoints } };
}

/** `/stats/prometheus` alone, as at Istio's proxies. */
function prometheusListener(at: HostPort): JsonObject {
  const routes = [{ match: { path: '/stats/prometheus' }, route: { cluster: adminCluster } }];
  return {
    name: 'prometheus',
    // Its scrapers' connections must not be counted as the workload's (envoy-admin.ts).
    stat_prefix: 'admin_prometheus',
    address: addressOf(at),
    ignore_global_conn_limit: true,
    filter_chains: [
      {
        filters: [
          {
            name: 'http',
            typed_config: {
              '@type': `type.googleapis.com/${manager}`,
              stat_prefix: 'prometheus',
              route_config: { name: 'prometheus', virtual_hosts: [{ name: 'prometheus', domains: ['*'], routes }] },
              http_filters: [
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

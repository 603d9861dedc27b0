/** Pieces of xDS that several areas of the table share. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseCluster, EndpointName } from '../traffic-case.ts';

export const typeUrl = (name: string): string => `type.googleapis.com/envoy.${name}`;

/** An HTTP, network or listener filter. */
export function filter(name: string, message: string, config: JsonObject = {}): JsonObject {
  return { name, typed_config: { '@type': typeUrl(message), ...config } };
}

/** typed_per_filter_config with one entry. */
export function perFilter(name: string, message: string, config: JsonObject): JsonObject {
  return { typed_per_filter_config: { [name]: { '@type': typeUrl(message), ...config } } };
}

/** A route for every path, without a timeout. */
export function route(cluster: string, more: JsonObject = {}): JsonObject {
  return { match: { prefix: '/' }, route: { cluster, timeout: '0s', ...more } };
}

export interface Place {
  readonly at: EndpointName | 'grpc' | 'tls' | 'mtls';
  readonly weight?: number;
  readonly subset?: JsonObject;
}

/** One lb_endpoint, with the metadata that subsets read. */
export function endpoint({ at, weight, subset }: Place): JsonObject {
  return {
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: `@port:${at}` } } },
    ...(weight === undefined ? {} : { load_balancing_weight: weight }),
    ...(subset === undefined ? {} : { metadata: { filter_metadata: { 'envoy.lb': subset } } }),
  };
}

/** A locality of a load assignment. */
export function locality(name: string, places: readonly Place[], more: JsonObject = {}): JsonObject {
  return { locality: { region: name }, lb_endpoints: places.map(endpoint), ...more };
}

/** A cluster that says itself where its endpoints are. */
export function placed(localities: readonly JsonObject[], more: JsonObject = {}): CaseCluster {
  return {
    endpoints: [],
    merge: { load_assignment: { cluster_name: 'placed', endpoints: [...localities] }, ...more },
  };
}

/** The access log of a listener that has no HTTP manager. */
export function streamLog(extra: Readonly<Record<string, string>> = {}): JsonObject {
  return filter('file', 'extensions.access_loggers.file.v3.FileAccessLog', {
    path: '@accessLog',
    log_format: {
      json_format: {
        case: '@case',
        id: '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%',
        flag: '%RESPONSE_FLAGS%',
        details: '%RESPONSE_CODE_DETAILS%',
        route: '%ROUTE_NAME%',
        ...extra,
      },
    },
  });
}

export function tcpProxy(config: JsonObject): JsonObject {
  return filter('tcp', 'extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: 'tcp',
    access_log: [streamLog({ upstream: '%UPSTREAM_CLUSTER%' })],
    ...config,
  });
}

/** An HTTP manager with the table's access log, for chains that a case writes itself. */
export function httpManager(routes: readonly JsonObject[], more: JsonObject = {}, log: JsonObject = {}): JsonObject {
  const json_format = {
    case: '@case',
    id: '%REQ(X-CASE)%',
    flag: '%RESPONSE_FLAGS%',
    details: '%RESPONSE_CODE_DETAILS%',
    route: '%ROUTE_NAME%',
    ...log,
  };
  return filter('http', 'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'http',
    route_config: { name: 'own', virtual_hosts: [{ name: 'own', domains: ['*'], routes: [...routes] }] },
    access_log: [
      filter('file', 'extensions.access_loggers.file.v3.FileAccessLog', {
        path: '@accessLog',
        log_format: { json_format },
      }),
    ],
    http_filters: [filter('router', 'extensions.filters.http.router.v3.Router')],
    ...more,
  });
}

/** Of the manager: the client counts as one of our own, whose x-envoy fields are believed. */
export const fromInside: JsonObject = {
  use_remote_address: true,
  internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
};

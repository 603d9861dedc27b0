/** Bounds of the tables, and the defaults that xDS leaves to the proxy. */

import type { ClusterLimits } from './tables/cluster.ts';

/** Of a cluster that says nothing of it: Envoy's defaults, and how many idle connections are kept per endpoint. */
export const clusterLimits: ClusterLimits = {
  idleConnectionsMax: 256,
  idleTimeoutMs: 3_600_000,
  requestsPerConnectionMax: 0,
  connectionDurationMaxMs: 0,
  bufferBytesMax: 1_048_576,
};

/** Envoy's default for a route without `timeout`. */
export const routeTimeoutMs = 15_000;
/** Envoy's default for a cluster without `connect_timeout`. */
export const connectTimeoutMs = 5_000;
/** Envoy's default for `stream_idle_timeout`. */
export const streamIdleTimeoutMs = 300_000;
/** Envoy's default of `common_http_protocol_options.idle_timeout`. */
export const httpIdleTimeoutMs = 3_600_000;
/** Ours of `drain_timeout`, where Envoy's is 5,000: row drain-default of docs/reference/differences-from-envoy.md. */
export const drainTimeoutMs = 1_000;
/** Envoy's default of `delayed_close_timeout`. */
export const delayedCloseTimeoutMs = 1_000;
/** Envoy's default of `max_headers_count`, and of `max_request_headers_kb`. */
export const headFieldsMax = 100;
export const headKilobytesMax = 60;
/** Envoy's default of `http2_protocol_options.max_concurrent_streams`. */
export const concurrentStreamsMax = 1_024;
/** Envoy's default of `listener_filters_timeout`. */
export const listenerFiltersTimeoutMs = 15_000;
/** How long a TLS handshake may take where `transport_socket_connect_timeout` says nothing. */
export const handshakeTimeoutMs = 10_000;
/** Envoy's default of `per_connection_buffer_limit_bytes`. */
export const connectionBufferBytesMax = 1_048_576;
/** Open connections of one listener; xDS has no field for it. */
export const listenerConnectionsMax = 65_536;
/** Envoy's default of `tracing.max_path_tag_length`. */
export const pathTagLengthMax = 256;
/** How long a batch of spans may take to be taken. */
export const spanExportTimeoutMs = 10_000;
/** Bytes of a file that a DataSource names. */
export const dataSourceBytesMax = 1_048_576;
/** Filter chains of one listener, and filters of one chain or connection manager. */
export const filterChainsMax = 4_096;
export const filtersMax = 64;
/** Envoy's default for the TCP proxy's `idle_timeout`. */
export const tcpIdleTimeoutMs = 3_600_000;
/** Period of DNS resolution for a cluster without `dns_refresh_rate`. */
export const dnsRefreshMs = 5_000;
/** Addresses of one DNS name that become endpoints; the rest is left out. */
export const dnsAddressesMax = 256;
/** How long changed routes wait for the first endpoints of clusters that they name. */
export const warmingMs = 5_000;
/** Refusals named in one NACK; the rest is counted. */
export const refusalsNamedMax = 10;
/** Bytes of a direct response (Envoy's default). */
export const directResponseBytesMax = 4_096;

/** Body of a mapper in local_reply_config, in bytes. */
export const localReplyBodyMax = 65_536;

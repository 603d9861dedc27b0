/** Bounds of the tables, and the defaults that xDS leaves to the proxy. */

import type { ClusterLimits } from './tables.ts';

/** Bounds of every cluster: circuit breakers are not part of the profile yet. */
export const clusterLimits: ClusterLimits = {
  connectionsMax: 4_096,
  pendingRequestsMax: 4_096,
  requestsMax: 16_384,
  idleConnectionsMax: 256,
  idleTimeoutMs: 60_000,
};

/** Envoy's default for a route without `timeout`. */
export const routeTimeoutMs = 15_000;
/** Envoy's default for a cluster without `connect_timeout`. */
export const connectTimeoutMs = 5_000;
/** Envoy's default for `stream_idle_timeout`. */
export const streamIdleTimeoutMs = 300_000;
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

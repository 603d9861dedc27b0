/** What a probe is sent to: the endpoint as its checks see it, in a cluster of the probes' own. */

import {
  type Breaker,
  type CheckedEndpoint,
  type Cluster,
  type Endpoint,
  emptyCounts,
  type HealthProbe,
  type HealthSubject,
  hostPortOf,
} from '@weft/data-runtime';

const unlimited = 4_294_967_295;

/** Probes must not take places from requests, nor be refused where requests are: thresholds and counters of their own. */
export function probeCluster(cluster: Cluster, probe: HealthProbe): Cluster {
  const { check } = probe;
  const http2 = check.kind === 'grpc' || (check.kind === 'http' && check.http2);
  const breaker = (): Breaker => ({
    connectionsMax: unlimited,
    pendingMax: unlimited,
    requestsMax: unlimited,
    retriesMax: 0,
    retryBudget: undefined,
    used: { connections: 0, pending: 0, requests: 0, retries: 0 },
  });
  return {
    name: cluster.name,
    from: cluster.from,
    connectTimeoutMs: Math.min(cluster.connectTimeoutMs, probe.timeoutMs),
    http: { ...cluster.http, protocol: http2 ? 'http2' : 'http1', multiplex: false, pingIntervalMs: 0 },
    proxyProtocol: cluster.proxyProtocol,
    breakers: { default: breaker(), high: breaker() },
    limits: {
      ...cluster.limits,
      requestsPerConnectionMax: probe.reuseConnection ? 0 : 1,
      // Until after the next probe; nobody tells the pools that a probed endpoint is gone.
      idleTimeoutMs: 2 * Math.max(probe.intervalMs, probe.unhealthyIntervalMs, probe.noTrafficIntervalMs),
    },
    endpoints: [],
    pick: () => undefined,
    // Its endpoints are not listed: the pools must not take them for endpoints that are gone.
    originalDestination: () => undefined,
    observe: undefined,
    service: cluster.service,
  };
}

/** The same object as long as nothing of it changes, so that a connection can be used again. */
export function probeEndpoint(
  endpoint: CheckedEndpoint,
  probe: HealthProbe,
  tlsFor: HealthSubject['tlsFor'],
  before: Endpoint | undefined,
): Endpoint {
  const { check } = endpoint;
  const address = check.address || endpoint.address;
  const port = check.port || endpoint.port;
  const tls = probe.transportMatch === undefined ? endpoint.tls : tlsFor(probe.transportMatch);
  if (before?.address === address && before.port === port && before.tls === tls) return before;
  return {
    address,
    port,
    hostPort: hostPortOf({ address, port }),
    hostname: endpoint.hostname,
    weight: 1,
    priority: 0,
    locality: endpoint.locality,
    localityWeight: 0,
    lbMetadata: endpoint.lbMetadata,
    healthy: true,
    degraded: false,
    ejected: false,
    healthySinceMs: 0,
    tls,
    workload: endpoint.workload,
    active: 0,
    healthFlags: '',
    counts: emptyCounts(),
  };
}

/** Envoy's order: what EDS says for checks, what the check says, the cluster. Istio's cluster names are no host names: then its service. */
export function probeAuthority(endpoint: CheckedEndpoint, given: string, cluster: Cluster): string {
  const name = cluster.name.includes('|') ? cluster.service.host : cluster.name;
  return endpoint.check.hostname || given || name || endpoint.hostPort;
}

/** Clusters for tests. */

import type { Breaker, Cluster, ClusterLimits, Endpoint, UpstreamHttp, UpstreamTls } from '@weft/data-runtime';
import type { Changeable } from '@weft/data-runtime/testing';

export const meshTls: UpstreamTls = {
  certificate: 'default',
  roots: 'ROOTCA',
  verify: 'mesh',
  sni: 'outbound_.80_._.a.test',
  autoSni: false,
  autoSan: false,
  alpn: ['istio-http/1.1', 'istio', 'http/1.1'],
  expectedUris: [],
  sans: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: '',
};

export interface TestClusterChanges {
  readonly endpoints?: readonly Endpoint[];
  readonly http?: Partial<UpstreamHttp>;
  readonly limits?: Partial<ClusterLimits>;
  readonly breaker?: Partial<Breaker>;
}

export type TestCluster = Changeable<Cluster>;

export function testCluster(changes: TestClusterChanges = {}): TestCluster {
  const breaker = (): Breaker => ({
    connectionsMax: 100,
    pendingMax: 100,
    requestsMax: 100,
    retriesMax: 3,
    retryBudget: undefined,
    used: { connections: 0, pending: 0, requests: 0, retries: 0 },
    ...changes.breaker,
  });
  return {
    name: 'c',
    from: { resource: '', file: '', line: 0, rule: 'test' },
    connectTimeoutMs: 1_000,
    http: {
      protocol: 'http1',
      multiplex: false,
      http1Trailers: true,
      streamsMax: 100,
      pingIntervalMs: 0,
      pingTimeoutMs: 0,
      maxStreamDurationMs: 0,
      ...changes.http,
    },
    proxyProtocol: undefined,
    breakers: { default: breaker(), high: breaker() },
    limits: {
      idleConnectionsMax: 10,
      idleTimeoutMs: 60_000,
      requestsPerConnectionMax: 0,
      connectionDurationMaxMs: 0,
      bufferBytesMax: 1_048_576,
      ...changes.limits,
    },
    endpoints: changes.endpoints ?? [],
    pick: () => changes.endpoints?.[0],
    originalDestination: undefined,
    observe: undefined,
    service: { host: '', name: '', namespace: '' },
  };
}

/** Tables for tests of listeners and of TCP. */

import {
  type Cluster,
  clusterLimits,
  type Endpoint,
  type ListenerTable,
  type TcpHandlerTable,
  unknownWorkload,
} from '@weft/data-runtime';
import type { Provenance } from '@weft/kernel';

export const from: Provenance = { resource: 'Gateway shop/test', file: 'infra/mesh/test.yaml', line: 3, rule: '' };

export function testEndpoint(port: number, change: Partial<Endpoint> = {}): Endpoint {
  return {
    address: '127.0.0.1',
    port,
    hostPort: `127.0.0.1:${port}`,
    weight: 1,
    healthy: true,
    tls: undefined,
    workload: unknownWorkload,
    active: 0,
    ...change,
  };
}

export function testCluster(endpoint: Endpoint | undefined, change: Partial<Cluster> = {}): Cluster {
  return {
    name: 'inbound|9090||',
    from,
    connectTimeoutMs: 1_000,
    protocol: 'http2',
    limits: clusterLimits,
    endpoints: endpoint === undefined ? [] : [endpoint],
    pick: () => endpoint,
    service: { host: 'payment.shop.svc.cluster.local', name: 'payment', namespace: 'shop' },
    ...change,
  };
}

export function testTcpTable(cluster: Cluster | undefined, idleTimeoutMs = 0): TcpHandlerTable {
  const target = {
    cluster: { current: cluster },
    clusterName: 'inbound|9090||',
    weight: 1,
    requestHeaders: undefined,
    responseHeaders: undefined,
    from,
  };
  return { kind: 'tcp', statPrefix: 'inbound', target, idleTimeoutMs, accessLog: true };
}

export function testListener(name: string, change: Partial<ListenerTable> = {}): ListenerTable {
  return {
    name,
    bind: '127.0.0.1',
    port: 0,
    direction: 'inbound',
    from,
    workload: unknownWorkload,
    tls: undefined,
    handler: testTcpTable(undefined),
    ...change,
  };
}

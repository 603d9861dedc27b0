/** Tables for tests of listeners and of TCP. */

import type {
  Cluster,
  DownstreamTls,
  Endpoint,
  FilterChainMatch,
  FilterChainTable,
  ListenerTable,
  TcpHandlerTable,
  UpstreamTls,
} from '@weft/data-runtime';
import { unknownWorkload } from '@weft/data-runtime';
import type { Provenance } from '@weft/kernel';
import { breaker, jsonLog, limits, makeCluster, makeEndpoint, makeTarget } from '../../http/testing/tables.ts';

export const from: Provenance = { resource: 'Gateway shop/test', file: 'infra/mesh/test.yaml', line: 3, rule: '' };

export function testEndpoint(port: number, change: Partial<Endpoint> = {}): Endpoint {
  return makeEndpoint(port, change);
}

export function testCluster(endpoint: Endpoint | undefined, change: Partial<Cluster> = {}): Cluster {
  return makeCluster(endpoint === undefined ? [] : [endpoint], {
    name: 'inbound|9090||',
    from,
    limits,
    pick: () => endpoint,
    service: { host: 'payment.shop.svc.cluster.local', name: 'payment', namespace: 'shop' },
    breakers: { default: breaker(), high: breaker() },
    ...change,
  });
}

export function testTcpTable(cluster: Cluster | undefined, change: Partial<TcpHandlerTable> = {}): TcpHandlerTable {
  const target = makeTarget(cluster, { clusterName: 'inbound|9090||', from });
  return {
    kind: 'tcp',
    statPrefix: 'inbound',
    pick: () => target,
    bySni: undefined,
    targets: [target],
    idleTimeoutMs: 0,
    durationMaxMs: 0,
    connectAttemptsMax: 1,
    hash: undefined,
    tunnelHost: undefined,
    accessLogs: [jsonLog],
    ...change,
  };
}

export const anyMatch: FilterChainMatch = {
  destinationPort: undefined,
  destinationRanges: [],
  sourceRanges: [],
  directSourceRanges: [],
  sourcePorts: [],
  sourceType: 'any',
  serverNames: [],
  transportProtocol: '',
  applicationProtocols: [],
};

/** Takes everything, in plain text, to a TCP handler of its own. */
export function testChain(
  name: string,
  match: Partial<FilterChainMatch> = {},
  change: Partial<FilterChainTable> = {},
): FilterChainTable {
  return {
    name,
    from,
    match: { ...anyMatch, ...match },
    tls: undefined,
    handshakeTimeoutMs: 0,
    networkFilters: [],
    handler: testTcpTable(undefined, { statPrefix: name }),
    ...change,
  };
}

export function testListener(name: string, change: Partial<ListenerTable> = {}): ListenerTable {
  return {
    name,
    bind: '127.0.0.1',
    port: 0,
    bindToPort: true,
    direction: 'inbound',
    from,
    workload: unknownWorkload,
    policies: new Map(),
    useOriginalDestination: false,
    originalDestination: false,
    proxyProtocol: undefined,
    inspectTls: false,
    inspectHttp: false,
    skipTlsInspection: undefined,
    skipHttpInspection: undefined,
    inspectTimeoutMs: 15_000,
    continueOnTimeout: false,
    chains: [testChain('only')],
    defaultChain: undefined,
    connectionsMax: 0,
    bufferBytesMax: 1_048_576,
    accessLogs: [],
    ...change,
  };
}

export const meshServerTls: DownstreamTls = {
  certificate: 'default',
  roots: 'ROOTCA',
  alpn: ['istio'],
  clientCertificate: 'mesh',
  requireClientCertificate: true,
  allowedUriPrefixes: ['spiffe://cluster.local/'],
  sans: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: '',
  sessionTickets: true,
  sessionLifeSeconds: 0,
};

export const meshClientTls: UpstreamTls = {
  certificate: 'default',
  roots: 'ROOTCA',
  verify: 'mesh',
  sni: 'sni.test',
  autoSni: false,
  autoSan: false,
  alpn: ['istio'],
  expectedUris: [],
  sans: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: '',
};

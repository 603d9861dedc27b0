/** Hand-made tables: what data/runtime would compile, in a few lines. */

import type {
  AccessLogTable,
  Breaker,
  Cluster,
  ClusterLimits,
  Endpoint,
  ForwardAction,
  HttpHandlerTable,
  RetryPolicy,
  Route,
  RouteRequest,
  RouteTarget,
  UpstreamHttp,
  WorkloadLabels,
} from '@weft/data-runtime';
import { testEndpoint } from '@weft/data-runtime/testing';
import type { Provenance } from '@weft/kernel';

export const from: Provenance = { resource: 'VirtualService shop/a', file: 'mesh/a.yaml', line: 7, rule: 'http[0]' };

export const workload = (name: string): WorkloadLabels => ({
  workload: name,
  namespace: 'shop',
  app: name,
  version: 'v1',
  canonicalService: name,
  canonicalRevision: 'v1',
  cluster: 'Kubernetes',
});

export const limits: ClusterLimits = {
  idleConnectionsMax: 100,
  idleTimeoutMs: 60_000,
  requestsPerConnectionMax: 0,
  connectionDurationMaxMs: 0,
  bufferBytesMax: 1_048_576,
};

export const http1: UpstreamHttp = {
  protocol: 'http1',
  multiplex: false,
  http1Trailers: true,
  streamsMax: 100,
  pingIntervalMs: 0,
  pingTimeoutMs: 0,
  maxStreamDurationMs: 0,
};
export const http2: UpstreamHttp = { ...http1, protocol: 'http2', streamsMax: 1_000 };

export const breaker = (changes: Partial<Breaker> = {}): Breaker => ({
  connectionsMax: 100,
  pendingMax: 2_000,
  requestsMax: 2_000,
  retriesMax: 100,
  retryBudget: undefined,
  used: { connections: 0, pending: 0, requests: 0, retries: 0 },
  ...changes,
});

export function makeEndpoint(port: number, changes: Partial<Endpoint> = {}): Endpoint {
  return testEndpoint({ port, workload: workload('a'), ...changes });
}

/** Endpoints are taken in turn. */
export function makeCluster(endpoints: readonly Endpoint[], changes: Partial<Cluster> = {}): Cluster {
  let next = 0;
  return {
    name: 'outbound|80||a.shop.svc.cluster.local',
    from,
    connectTimeoutMs: 1_000,
    http: http1,
    proxyProtocol: undefined,
    breakers: { default: breaker(), high: breaker() },
    limits,
    endpoints,
    pick: () => endpoints[next++ % endpoints.length],
    originalDestination: undefined,
    observe: undefined,
    service: { host: 'a.shop.svc.cluster.local', name: 'a', namespace: 'shop' },
    ...changes,
  };
}

export function makeTarget(cluster: Cluster | undefined, changes: Partial<RouteTarget> = {}): RouteTarget {
  return {
    cluster: { current: cluster },
    clusterName: cluster?.name ?? 'gone',
    weight: 1,
    requestHeaders: undefined,
    responseHeaders: undefined,
    rewriteAuthority: undefined,
    filterConfigs: undefined,
    subset: undefined,
    from,
    ...changes,
  };
}

export function makeForward(target: RouteTarget, changes: Partial<ForwardAction> = {}): ForwardAction {
  return {
    kind: 'forward',
    pick: () => target,
    targets: [target],
    timeoutMs: 0,
    idleTimeoutMs: undefined,
    maxDurationMs: undefined,
    grpcMaxMs: undefined,
    grpcOffsetMs: 0,
    retry: undefined,
    mirrors: [],
    hash: undefined,
    subset: undefined,
    priority: 'default',
    rewritePath: undefined,
    rewriteAuthority: undefined,
    autoHostRewrite: false,
    appendForwardedHost: false,
    internalRedirect: undefined,
    upgrades: undefined,
    rateLimits: [],
    routeRateLimits: [],
    virtualHostRateLimits: [],
    bufferBytesMax: undefined,
    attemptCountInRequest: true,
    attemptCountInResponse: false,
    clusterNotFoundStatus: 503,
    ...changes,
  };
}

export function makeRetry(on: number, changes: Partial<RetryPolicy> = {}): RetryPolicy {
  return {
    on,
    statusCodes: [],
    responseHeaders: [],
    requestHeaders: [],
    retriesMax: 2,
    perTryTimeoutMs: 0,
    perTryIdleTimeoutMs: 0,
    backOffBaseMs: 25,
    backOffMaxMs: 250,
    resetHeaders: [],
    resetMaxMs: 300_000,
    avoidPrevious: false,
    avoidTries: 1,
    previousPrioritiesEvery: 0,
    ...changes,
  };
}

export function makeRoute(action: Route['action'], changes: Partial<Route> = {}): Route {
  return {
    name: 'default',
    from,
    virtualHost: { name: 'a', from },
    connect: false,
    requestHeaders: undefined,
    responseHeaders: undefined,
    filterConfigs: undefined,
    operation: '',
    tracing: undefined,
    action,
    ...changes,
  };
}

/** One JSON object a line, with the keys of Istio's. */
export const jsonLog: AccessLogTable = {
  kind: 'test',
  path: 'test',
  wants: () => true,
  line: (exchange) =>
    `${JSON.stringify({
      method: exchange.request.method,
      path: exchange.request.hasQuery ? `${exchange.request.path}?${exchange.request.query}` : exchange.request.path,
      authority: exchange.request.authority,
      user_agent: exchange.request.header('user-agent'),
      protocol: exchange.request.protocol,
      response_code: exchange.status,
      response_flags: exchange.flag,
      response_code_details: exchange.details,
      termination: exchange.connectionTermination,
      bytes_received: exchange.bytesReceived,
      bytes_sent: exchange.bytesSent,
      upstream_cluster: exchange.cluster?.name,
      upstream_host: exchange.endpoint?.hostPort,
      upstream_protocol: exchange.upstreamProtocol,
      upstream_transport_failure_reason: exchange.transportFailure,
      attempts: exchange.attempts,
      trailers: exchange.responseTrailers,
      route_name: exchange.route?.name,
      reason: exchange.reason !== '' ? exchange.reason : describe(exchange.route),
    })}\n`,
};

function describe(route: Route | undefined): string {
  return route === undefined ? '' : `${route.from.file}:${route.from.line} ${route.from.resource} ${route.from.rule}`;
}

export function makeTable(
  match: (request: RouteRequest) => Route | undefined,
  changes: Partial<HttpHandlerTable> = {},
): HttpHandlerTable {
  return {
    kind: 'http',
    statPrefix: 'test',
    codec: 'auto',
    routes: { current: { name: 'test', match, virtualHostOf: () => undefined, internalOnlyHeaders: [] } },
    filters: [],
    allowAbsoluteUrl: true,
    acceptHttp10: false,
    defaultHost: '',
    upgrades: new Set(['websocket', 'connect']),
    http1Trailers: true,
    accessLogs: [jsonLog],
    serverName: undefined,
    serverNameMode: 'overwrite',
    via: '',
    streamIdleTimeoutMs: 0,
    idleTimeoutMs: 0,
    requestTimeoutMs: 0,
    requestHeadersTimeoutMs: 0,
    maxStreamDurationMs: 0,
    connectionDurationMaxMs: 0,
    requestsPerConnectionMax: 0,
    drainTimeoutMs: 1_000,
    delayedCloseTimeoutMs: 1_000,
    headBytesMax: 61_440,
    headFieldsMax: 100,
    concurrentStreamsMax: 0,
    http2: {
      initialStreamWindow: 0,
      initialConnectionWindow: 0,
      pingIntervalMs: 0,
      pingTimeoutMs: 0,
      extendedConnect: true,
    },
    schemeOverwrite: '',
    appendForwardedPort: false,
    underscores: 'allow',
    address: { useRemoteAddress: false, trustedHops: 0, skipXffAppend: false, internalRanges: [] },
    path: { normalize: false, mergeSlashes: false, escapedSlashes: 'keep' },
    requestId: {
      generate: true,
      preserveExternal: false,
      alwaysSetInResponse: false,
      packTraceReason: false,
      useForTraceSampling: false,
    },
    clientCert: { mode: 'sanitize', subject: false, cert: false, chain: false, dns: false, uri: false },
    tracing: undefined,
    stripPort: 'none',
    stripTrailingHostDot: false,
    suppressEnvoyHeaders: false,
    proxy100Continue: false,
    mostSpecificMutationsWin: false,
    ...changes,
  };
}

/** Hand-made tables: what data/runtime would compile, in a few lines. */

import type {
  Cluster,
  ClusterLimits,
  Endpoint,
  ForwardAction,
  HttpHandlerTable,
  Route,
  RouteRequest,
  RouteTarget,
  WorkloadLabels,
} from '@weft/data-runtime';
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
  connectionsMax: 100,
  pendingRequestsMax: 100,
  requestsMax: 100,
  idleConnectionsMax: 100,
  idleTimeoutMs: 60_000,
};

export function makeEndpoint(port: number): Endpoint {
  const address = '127.0.0.1';
  return {
    address,
    port,
    hostPort: `${address}:${port}`,
    weight: 1,
    healthy: true,
    tls: undefined,
    workload: workload('a'),
    active: 0,
  };
}

export function makeCluster(endpoints: readonly Endpoint[], changes: Partial<Cluster> = {}): Cluster {
  return {
    name: 'outbound|80||a.shop.svc.cluster.local',
    from,
    connectTimeoutMs: 1_000,
    protocol: 'http1',
    limits,
    endpoints,
    pick: () => endpoints[0],
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
    rewritePath: undefined,
    rewriteAuthority: undefined,
    ...changes,
  };
}

export function makeRoute(action: Route['action'], changes: Partial<Route> = {}): Route {
  return {
    name: 'default',
    from,
    connect: false,
    requestHeaders: undefined,
    responseHeaders: undefined,
    action,
    ...changes,
  };
}

export function makeTable(
  match: (request: RouteRequest) => Route | undefined,
  changes: Partial<HttpHandlerTable> = {},
): HttpHandlerTable {
  return {
    kind: 'http',
    statPrefix: 'test',
    routes: { current: { name: 'test', match, virtualHostOf: () => undefined } },
    allowAbsoluteUrl: true,
    allowConnect: true,
    allowWebsocket: true,
    accessLog: true,
    serverName: undefined,
    streamIdleTimeoutMs: 0,
    ...changes,
  };
}

// What every proxy of the benchmark is given: the same core, the same hosts, the same routes.

/** Proxies run here; the load and the backend run on core 1. */
export const proxyCore = 0;

export const backendHost = 'backend.bench.svc.cluster.local';
export const backendServicePort = 8080;

/** Two rules: one by header that never matches, and the one that takes the load. */
export function routesOfTable() {
  return [
    { header: { name: 'x-canary', value: '1' }, cluster: 'canary' },
    { header: undefined, cluster: 'stable' },
  ];
}

export const scenarios = [
  { name: 'http1', hops: 1, title: 'HTTP/1.1 keep-alive, one hop' },
  { name: 'mtls', hops: 2, title: 'HTTP/1.1 keep-alive, two hops with mutual TLS' },
];

/** Where each hop listens, where it sends, and how it is secured; one entry a process, the first takes the load. */
export function hopPlans({ hops, backendPort, ports, files }) {
  if (hops === 1) return [{ listenPort: ports[0], upstreamPort: backendPort }];
  return [
    { listenPort: ports[0], upstreamPort: ports[1], upstreamTls: files.client },
    { listenPort: ports[1], upstreamPort: backendPort, downstreamTls: files.server },
  ];
}

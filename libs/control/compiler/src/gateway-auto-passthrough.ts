/** AUTO_PASSTHROUGH servers of gateways: mutual TLS of the mesh goes to the service that its SNI names, unopened (Istio, builtAutoPassthroughFilterChains). */

import { hostsOverlap } from '@weft/model';
import type { Context } from './context.ts';
import { type BoundServer, gatewayServers } from './gateway-servers.ts';
import { serverName } from './names.ts';
import { type PlannedCluster, plannedClusters } from './service-clusters.ts';

export function isAutoPassthrough({ server }: BoundServer): boolean {
  return server.tls?.mode === 'AUTO_PASSTHROUGH';
}

/** "outbound_.8080_.v1_.payment.shop.svc.cluster.local": the SNI of the mesh's clients, and the cluster that it leads to. */
export function sniOf({ port, subset, service }: PlannedCluster): string {
  return serverName(port.number, subset, service.host);
}

/** What the server's hosts admit of the mesh's own services. */
export function passedClusters(context: Context, { server, gateway }: BoundServer): readonly PlannedCluster[] {
  const hosts = server.hosts.map((written) => {
    const [namespace, host] = written.includes('/') ? written.split('/', 2) : ['*', written];
    return { namespace: namespace === '.' ? gateway.namespace : namespace, host: host ?? '*' };
  });
  return plannedClusters(context).filter(
    ({ service }) =>
      service.meshInternal &&
      hosts.some(
        ({ namespace, host }) =>
          (namespace === '*' || namespace === service.namespace) && hostsOverlap(host, service.host),
      ),
  );
}

/** Of all such servers of a gateway, each once. */
export function allPassedClusters(context: Context): readonly PlannedCluster[] {
  const servers = [...gatewayServers(context).values()].flat().filter(isAutoPassthrough);
  return [...new Set(servers.flatMap((server) => passedClusters(context, server)))];
}

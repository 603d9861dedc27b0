/** Istio's names of clusters, listeners and SNI, and the names that Weft adds. */

export const blackHoleCluster = 'BlackHoleCluster';
export const passthroughCluster = 'PassthroughCluster';
export const egressRouteName = 'http_proxy';
export const rootSecretName = 'ROOTCA';
export const certificateSecretName = 'default';
/** Namespace whose DestinationRules hold for everyone. */
export const rootNamespace = 'istio-system';
/** Value of Istio's label `*_cluster`: there is one control plane and it has no cluster name. */
export const clusterId = 'weft';

/** "outbound|8080|v1|payment.shop.svc.cluster.local"; empty subset for the whole service. */
export function outboundClusterName(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** "inbound|21000||". @param applicationPort where the application listens. */
export function inboundClusterName(applicationPort: number): string {
  return `inbound|${applicationPort}||`;
}

/** "outbound_.8080_.v1_.payment.shop.svc.cluster.local". */
export function serverName(port: number, subset: string, host: string): string {
  return `outbound_.${port}_.${subset}_.${host}`;
}

export function listenerName(bind: string, port: number): string {
  return `${bind}_${port}`;
}

export function gatewayRouteName(port: number): string {
  return `http.${port}`;
}

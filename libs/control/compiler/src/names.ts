/** Istio's names of clusters, listeners and SNI, and the names that Weft adds. */

export const blackHoleCluster = 'BlackHoleCluster';
export const passthroughCluster = 'PassthroughCluster';
export const inboundPassthroughCluster = 'InboundPassthroughCluster';
/** Where captured connections arrive: Istio's ports. */
export const outboundCapturePort = 15_001;
export const inboundCapturePort = 15_006;
export const egressRouteName = 'http_proxy';
export const rootSecretName = 'ROOTCA';
export const certificateSecretName = 'default';
/** Value of Istio's label `*_cluster`: there is one control plane and it has no cluster name. */
export const clusterId = 'weft';

/** "outbound|8080|v1|payment.shop.svc.cluster.local"; empty subset for the whole service. */
export function outboundClusterName(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** "inbound|21000||". @param workloadPort of the application, or of a Sidecar's ingress. */
export function inboundClusterName(workloadPort: number): string {
  return `inbound|${workloadPort}||`;
}

/** "outbound_.8080_.v1_.payment.shop.svc.cluster.local". */
export function serverName(port: number, subset: string, host: string): string {
  return `outbound_.${port}_.${subset}_.${host}`;
}

export function listenerName(bind: string, port: number): string {
  return `${bind}_${port}`;
}

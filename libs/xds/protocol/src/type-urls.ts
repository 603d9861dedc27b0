/** The type URLs that the transport itself treats in a special way, and the order in which types are pushed. */

const clusterTypeUrl = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const endpointTypeUrl = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';
const listenerTypeUrl = 'type.googleapis.com/envoy.config.listener.v3.Listener';
const routeTypeUrl = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration';
const secretTypeUrl = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

/** Type URL of a workload's health on its way up the stream; a report, not a subscription (istio/api mesh workload health). */
export const healthTypeUrl = 'type.googleapis.com/istio.v1.HealthInformation';

/** By the short names of operators. */
export const xdsTypes = {
  CDS: clusterTypeUrl,
  EDS: endpointTypeUrl,
  LDS: listenerTypeUrl,
  RDS: routeTypeUrl,
  SDS: secretTypeUrl,
} as const;

export type XdsTypeName = keyof typeof xdsTypes;

/** Make before break: clusters and endpoints before the listeners and routes that use them. */
export const pushOrder: readonly string[] = [
  clusterTypeUrl,
  endpointTypeUrl,
  listenerTypeUrl,
  routeTypeUrl,
  secretTypeUrl,
];

/** LDS and CDS: an empty first list of names asks for all, and a state-of-the-world response lists all (absence removes). */
export function isWildcardType(typeUrl: string): boolean {
  return typeUrl === listenerTypeUrl || typeUrl === clusterTypeUrl;
}

/** "CDS" for its type URL; other type URLs stay as they are. */
export function shortTypeName(typeUrl: string): string {
  for (const [name, url] of Object.entries(xdsTypes)) if (url === typeUrl) return name;
  return typeUrl;
}

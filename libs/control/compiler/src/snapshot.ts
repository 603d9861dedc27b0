/** What the compiler makes for one proxy, ready to be sent. */

/** xDS type URLs, in the order in which they are pushed. */
export const typeUrls = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
} as const;

export interface SnapshotResource {
  readonly name: string;
  /** Hash of the content: equal content, equal version. */
  readonly version: string;
  /** The message inside the Any, encoded once and shared by all streams. */
  readonly bytes: Uint8Array;
}

export interface Snapshot {
  /** Type URL → name → resource. Every type of `typeUrls` is present. */
  readonly resources: ReadonlyMap<string, ReadonlyMap<string, SnapshotResource>>;
  /** What the compiler could not do as written, for the log and `weft status`: "file:line resource: sentence". */
  readonly notices: readonly string[];
}

/** Kubernetes core/v1 Service, the part that a mesh reads. */

export interface ServiceSpec {
  /** Empty: endpoints come from EndpointSlices alone (or, for ExternalName, from DNS). */
  readonly selector: Readonly<Record<string, string>>;
  /** Empty only for headless services and for ExternalName. */
  readonly ports: readonly ServicePort[];
  /** ClusterIP where absent. */
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** "None" for a headless service; otherwise the virtual address, where one is assigned. */
  readonly clusterIP?: string;
  /** Of both address families, the first equal to `clusterIP`. */
  readonly clusterIPs?: readonly string[];
  /** Addresses outside of the cluster that lead to this service too. */
  readonly externalIPs?: readonly string[];
  /** Addresses and names that a load balancer outside of the cluster gave it (`status.loadBalancer`); absent: none. */
  readonly loadBalancerAddresses?: readonly string[];
  /** DNS name that an ExternalName service stands for. */
  readonly externalName?: string;
  readonly sessionAffinity?: 'None' | 'ClientIP';
  /** Of `sessionAffinityConfig.clientIP`; three hours where absent. */
  readonly sessionAffinityTimeoutMs?: number;
  /** Local: only endpoints on the caller's own node. */
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  /** True: endpoints count before they are ready. */
  readonly publishNotReadyAddresses?: boolean;
  /** PreferClose is the old word for PreferSameZone. */
  readonly trafficDistribution?: 'PreferClose' | 'PreferSameZone' | 'PreferSameNode';
}

export interface ServicePort {
  /** Protocol by prefix ("http", "http-api", "grpc", "tcp", "tls", "http2", "https"); empty allowed for a lone port. */
  readonly name: string;
  readonly port: number;
  /** Number, or the name of a port of the workload; `port` where absent. */
  readonly targetPort?: number | string;
  /** Wins over the name's prefix: "http", "https", "http2", "grpc", "kubernetes.io/h2c", "tcp", "tls"; what a reader does not know counts as absent. */
  readonly appProtocol?: string;
  /** Only TCP is of the mesh: no listener and no cluster is made of the others. */
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly nodePort?: number;
}

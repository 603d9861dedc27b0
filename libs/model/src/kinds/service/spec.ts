/** Kubernetes core/v1 Service, the part that a mesh reads. */

export interface ServiceSpec {
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  /** "None" for a headless service; otherwise informative. */
  readonly clusterIP?: string;
}

export interface ServicePort {
  /** Protocol by prefix ("http", "http-api", "grpc", "tcp", "tls", "http2", "https"); empty allowed for a lone port. */
  readonly name: string;
  readonly port: number;
  /** Number, or the name of a port of the workload; `port` where absent. */
  readonly targetPort?: number | string;
  /** Wins over the name's prefix: "http", "https", "http2", "grpc", "kubernetes.io/h2c", "tcp", "tls". */
  readonly appProtocol?: string;
  readonly protocol: 'TCP';
}

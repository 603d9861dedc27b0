/** networking.istio.io WorkloadGroup: the template of workloads that register themselves. */

export interface WorkloadGroupSpec {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly template: {
    readonly ports?: Readonly<Record<string, number>>;
    /** Wins over `metadata.labels`. */
    readonly labels?: Readonly<Record<string, string>>;
    readonly network?: string;
    readonly locality?: string;
    readonly weight?: number;
    readonly serviceAccount?: string;
  };
  readonly probe?: WorkloadProbe;
}

/** One of httpGet, tcpSocket and grpc. */
export interface WorkloadProbe {
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly httpGet?: {
    readonly path: string;
    readonly port: number;
    readonly host?: string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name: string; readonly value?: string }[];
  };
  readonly tcpSocket?: { readonly port: number; readonly host?: string };
  /** `service` is what the gRPC health protocol is asked for. */
  readonly grpc?: { readonly port: number; readonly service?: string };
}

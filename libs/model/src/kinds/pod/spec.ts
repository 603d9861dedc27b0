/** Kubernetes core/v1 Pod, the few fields that a mesh reads; `status` is part of it because addresses and readiness stand there. */

export interface PodSpec {
  readonly containers: readonly PodContainer[];
  readonly initContainers?: readonly PodContainer[];
  /** "default" where absent. */
  readonly serviceAccountName?: string;
  readonly nodeName?: string;
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly hostNetwork?: boolean;
  /** The controller among `metadata.ownerReferences` ("ReplicaSet", "order-7d4b9"). */
  readonly owner?: { readonly kind: string; readonly name: string };
  /** `metadata.generateName`. */
  readonly generateName?: string;
  /** `metadata.deletionTimestamp` is set: it is on its way out. */
  readonly deleted?: true;
  readonly status?: PodStatus;
}

export interface PodContainer {
  readonly name: string;
  readonly ports?: readonly PodPort[];
  readonly readinessProbe?: PodProbe;
  readonly livenessProbe?: PodProbe;
  readonly startupProbe?: PodProbe;
}

export interface PodPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly hostPort?: number;
  /** TCP where absent. */
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

/** Only what says which request of the kubelet is a probe. */
export interface PodProbe {
  readonly httpGet?: { readonly path?: string; readonly port: number | string };
  readonly tcpSocket?: { readonly port: number | string };
  readonly grpc?: { readonly port: number };
}

export interface PodStatus {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly podIP?: string;
  /** Of both address families, the first equal to `podIP`. */
  readonly podIPs?: readonly string[];
  readonly hostIP?: string;
  /** Type → it is "True" ("Ready", "ContainersReady", "PodScheduled", …). */
  readonly conditions?: Readonly<Record<string, boolean>>;
}

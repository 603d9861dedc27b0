/** access.smi-spec.io TrafficTarget: who may make which requests of a service account's pods. */

export interface TrafficTargetSpec {
  /** Of the target's own namespace, or it is not used. `port` of the workload; absent: every port. */
  readonly destination: TrafficTargetIdentity & { readonly port?: number };
  readonly sources: readonly TrafficTargetIdentity[];
  /** Absent or empty: every request. */
  readonly rules?: readonly {
    /** A TCPRoute is specs.smi-spec.io's. */
    readonly kind: 'HTTPRouteGroup' | 'TCPRoute';
    readonly name: string;
    /** Names of the group's matches; absent or empty: all of them. */
    readonly matches?: readonly string[];
  }[];
}

export interface TrafficTargetIdentity {
  readonly kind: 'ServiceAccount';
  readonly name: string;
  /** The target's own where absent. */
  readonly namespace?: string;
}

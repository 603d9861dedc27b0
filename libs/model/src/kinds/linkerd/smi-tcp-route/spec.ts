/** specs.smi-spec.io TCPRoute, kind "TCPRoute.specs.smi-spec.io": connections, for a TrafficTarget to name. */

export interface SmiTcpRouteSpec {
  /** Absent or empty: every port. */
  readonly matches?: {
    readonly name?: string;
    /** Of the workload; absent or empty: every port. */
    readonly ports?: readonly number[];
  };
}

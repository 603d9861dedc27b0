/** Kubernetes discovery.k8s.io/v1 EndpointSlice; the label kubernetes.io/service-name says of which Service. */

export interface EndpointSliceSpec {
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly SliceEndpoint[];
  /** Empty: the slice names no port, and gives no endpoint to any. */
  readonly ports: readonly SlicePort[];
}

export interface SliceEndpoint {
  /** At least one; all of the same endpoint. */
  readonly addresses: readonly string[];
  /** A condition that is absent is unknown: ready and serving count as true, terminating as false. */
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly targetRef?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  /** Zones and nodes whose callers shall use this endpoint. */
  readonly hints?: { readonly forZones?: readonly string[]; readonly forNodes?: readonly string[] };
}

export interface SlicePort {
  /** Of the Service's port that it belongs to; empty for a lone port. */
  readonly name: string;
  /** Absent: every port. */
  readonly port?: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly appProtocol?: string;
}

/** networking.istio.io Sidecar: what a proxy listens on and may reach. */

import type { ConnectionPool } from '../destination-rule/circuit-spec.ts';
import type { ServerTls } from '../gateway/spec.ts';
import type { Destination } from '../virtual-service/spec.ts';

export interface SidecarSpec {
  /** Absent: every workload of the namespace; in the root namespace, of the mesh. */
  readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> };
  readonly ingress?: readonly SidecarIngress[];
  readonly egress?: readonly SidecarEgress[];
  readonly outboundTrafficPolicy?: OutboundTrafficPolicy;
  /** For ingress ports without one of their own, and for those found by themselves. */
  readonly inboundConnectionPool?: ConnectionPool;
}

export interface SidecarPort {
  readonly number: number;
  /** As ServiceEntryPort.protocol; upper case. */
  readonly protocol: string;
  readonly name: string;
}

/** IPTABLES where DEFAULT and the mesh captures; NONE: the application connects to the listener by itself. */
export type CaptureMode = 'DEFAULT' | 'IPTABLES' | 'NONE';

export interface SidecarIngress {
  readonly port: SidecarPort;
  readonly bind?: string;
  readonly captureMode?: CaptureMode;
  /** "127.0.0.1:PORT", "[::1]:PORT", "0.0.0.0:PORT" (the workload's own address), "unix:///path"; absent: as 127.0.0.1 and the port's number. */
  readonly defaultEndpoint?: string;
  /** Terminates TLS from outside the mesh; only where mTLS is off for the port. */
  readonly tls?: ServerTls;
  readonly connectionPool?: ConnectionPool;
}

export interface SidecarEgress {
  /** Absent: for every port that no other listener has; the last of the list then. */
  readonly port?: SidecarPort;
  /** An IP address, or "unix:///path". */
  readonly bind?: string;
  readonly captureMode?: CaptureMode;
  /** "namespace/host": "./*", "*​/*", "~/*" and "istio-system/*" among them. */
  readonly hosts: readonly string[];
}

export interface OutboundTrafficPolicy {
  /** REGISTRY_ONLY where absent in a document that has the block, as in Istio. */
  readonly mode: 'REGISTRY_ONLY' | 'ALLOW_ANY';
  /** Where traffic to unknown hosts goes; ALLOW_ANY only. */
  readonly egressProxy?: Destination;
}

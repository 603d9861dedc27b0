/** The listeners that a Sidecar declares, with its defaults filled in. */

import type { Provenance } from '@weft/kernel';
import type { SidecarEgress, SidecarIngress } from '@weft/model';
import { provenanceOf } from '../provenance.ts';
import type { EgressView } from './egress-view.ts';
import type { SidecarResource } from './select-sidecar.ts';

export interface EgressListener {
  /** Absent: every port that no other listener has. */
  readonly port: number | undefined;
  /** Upper case; empty without port. */
  readonly protocol: string;
  readonly name: string;
  /** Empty: not said. */
  readonly bind: string;
  /** NONE: a listener of its own that the application connects to. */
  readonly captureMode: 'NONE' | 'IPTABLES';
  /** What it imports; where it has a port, only services that have it. */
  readonly view: EgressView;
  readonly from: Provenance | undefined;
}

export interface IngressListener {
  readonly port: number;
  /** Upper case. */
  readonly protocol: string;
  readonly name: string;
  /** Empty: not said. */
  readonly bind: string;
  readonly captureMode: 'NONE' | 'IPTABLES';
  /** As written; absent: the port itself on 127.0.0.1. */
  readonly defaultEndpoint: string | undefined;
  readonly tls: SidecarIngress['tls'];
  /** Its own, else the Sidecar's. */
  readonly connectionPool: SidecarIngress['connectionPool'];
  readonly from: Provenance;
}

/** Of a proxy without Sidecar, or with one that lists none. */
export function allPorts(view: EgressView, captured: boolean): EgressListener {
  const captureMode = captured ? 'IPTABLES' : 'NONE';
  return { port: undefined, protocol: '', name: '', bind: '', captureMode, view, from: undefined };
}

export function egressListener(
  listener: SidecarEgress,
  view: EgressView,
  captured: boolean,
  from: Provenance,
): EgressListener {
  return {
    port: listener.port?.number,
    protocol: listener.port?.protocol ?? '',
    name: listener.port?.name ?? '',
    bind: listener.bind ?? '',
    captureMode: captureMode(listener.captureMode, captured),
    view,
    from,
  };
}

/** Empty: the ports are those of the services that the workload belongs to. */
export function ingressListeners(sidecar: SidecarResource | undefined, captured: boolean): readonly IngressListener[] {
  if (sidecar === undefined) return [];
  return (sidecar.spec.ingress ?? []).map((listener, position) => ({
    port: listener.port.number,
    protocol: listener.port.protocol,
    name: listener.port.name,
    bind: listener.bind ?? '',
    captureMode: captureMode(listener.captureMode, captured),
    defaultEndpoint: listener.defaultEndpoint,
    tls: listener.tls,
    connectionPool: listener.connectionPool ?? sidecar.spec.inboundConnectionPool,
    from: provenanceOf(sidecar, `ingress[${position}]`),
  }));
}

function captureMode(written: SidecarIngress['captureMode'], captured: boolean): 'NONE' | 'IPTABLES' {
  if (written === 'NONE') return 'NONE';
  if (written === 'IPTABLES') return 'IPTABLES';
  return captured ? 'IPTABLES' : 'NONE';
}

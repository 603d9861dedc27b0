/** One sidecar: the real handler, paths and pools, on simulated wires. */

import type { StageDeps } from '@weft/data-filters';
import { createHttpHandler, type HttpHandler, inboundPath, outboundPath } from '@weft/data-proxy/testing/http';
import type { Cluster, ConnectionInfo, Direction, Endpoint, HttpHandlerTable } from '@weft/data-runtime';
import { createUpstreamPools, FlushQueue, type UpstreamPools, type Wire } from '@weft/data-upstream';
import type { Random } from '@weft/kernel';
import type { SimClock } from '../clock/sim-clock.ts';
import type { SimNetwork } from '../network/sim-network.ts';

export interface SidecarParts {
  readonly name: 'a' | 'b';
  readonly direction: Direction;
  readonly clock: SimClock;
  readonly random: Random;
  readonly network: SimNetwork;
  readonly stages: StageDeps;
}

/** Protocols that a listener takes of those offered, the first that it knows. */
const taken = new Set(['weft-h2', 'h2', 'istio-h2', 'http/1.1', 'istio-http/1.1']);
const nothing = Buffer.alloc(0);

export class Sidecar {
  readonly pools: UpstreamPools;
  readonly handler: HttpHandler;
  readonly flushes: FlushQueue;
  /** All that it was ever told of, for what must be zero in the end. */
  readonly clusters = new Set<Cluster>();
  readonly endpoints = new Set<Endpoint>();
  /** What new connections are served by. */
  table: HttpHandlerTable;
  readonly #parts: SidecarParts;

  constructor(parts: SidecarParts, table: HttpHandlerTable) {
    const { name, clock, random, network, stages } = parts;
    this.#parts = parts;
    this.table = table;
    this.flushes = new FlushQueue(clock);
    this.pools = createUpstreamPools({ clock, dialer: network.dialer(name), flushes: this.flushes });
    this.handler = createHttpHandler({
      clock,
      random,
      pools: this.pools,
      flushes: this.flushes,
      pathOf: (of, direction) => (direction === 'inbound' ? inboundPath(stages, of) : outboundPath(stages, of)),
    });
  }

  /** @param secured with mutual TLS, of which only the outcome is simulated. */
  listen(port: number, secured: boolean): void {
    this.#parts.network.listen(port, {
      chooseAlpn: (offered) => offered.find((name) => taken.has(name)) ?? '',
      accept: (wire, alpn) =>
        this.handler.acceptWire(wire, infoOf(wire, secured, alpn, this.#parts.direction), this.table, nothing),
    });
  }
}

function infoOf(wire: Wire, secured: boolean, alpn: string, direction: Direction): ConnectionInfo {
  return {
    remoteAddress: wire.remoteAddress,
    directRemoteAddress: wire.remoteAddress,
    localAddress: wire.localAddress,
    tls: secured,
    tlsVersion: secured ? 'TLSv1.3' : '',
    peerUri: secured ? 'spiffe://cluster.local/ns/shop/sa/a' : undefined,
    peerCertificateHash: secured ? '00ff' : undefined,
    peerCertificate: () => undefined,
    sni: undefined,
    alpn: alpn === '' ? undefined : alpn,
    direction,
  };
}

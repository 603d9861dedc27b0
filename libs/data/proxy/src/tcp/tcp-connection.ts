/** One client's TCP connection: picks an endpoint, dials it, joins the two, accounts for it once. */

import type { ConnectionInfo, IstioTcpMetrics, LogBuffer, TcpMetrics } from '@weft/data-filters';
import type { Cluster, Endpoint, TcpHandlerTable } from '@weft/data-runtime';
import {
  type DialedPeer,
  type Dialer,
  deafSink,
  type Splice,
  type SpliceResult,
  type Sweeper,
  splice,
  type Wire,
} from '@weft/data-upstream';
import { type Cancel, type Clock, type ErrorCode, errorTable } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import { hostPort } from '../listeners/connection-info.ts';
import { tcpLogLine } from './tcp-log-line.ts';

export interface TcpOwner {
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly metrics: IstioTcpMetrics;
  readonly log: LogBuffer;
  readonly logged: Counter;
  readonly sweeper: Sweeper;
  /** Takes one of the cluster's connections; false: its bound is reached. */
  reserve(cluster: Cluster): boolean;
  release(cluster: Cluster): void;
  onClosed(connection: TcpConnection): void;
}

export class TcpConnection {
  readonly #owner: TcpOwner;
  readonly #wire: Wire;
  readonly #info: ConnectionInfo;
  readonly #table: TcpHandlerTable;
  readonly #startedAtMs: number;
  readonly #startedMonotonicMs: number;
  #cluster: Cluster | undefined;
  #endpoint: Endpoint | undefined;
  #upstreamPeerUri: string | undefined;
  #upstreamLocalAddress = '';
  #transportFailure = '';
  #cancelDial: Cancel | undefined;
  #splice: Splice | undefined;
  #metrics: TcpMetrics | undefined;
  #over = false;

  /** @param wire of the client, paused; not one byte of it was read. */
  constructor(owner: TcpOwner, wire: Wire, info: ConnectionInfo, table: TcpHandlerTable) {
    this.#owner = owner;
    this.#wire = wire;
    this.#info = info;
    this.#table = table;
    this.#startedAtMs = owner.clock.now();
    this.#startedMonotonicMs = owner.clock.monotonic();
  }

  start(): void {
    const wire = this.#wire;
    wire.sink = { ...deafSink, onClose: () => this.#finish('DC', 0, 0) };
    const cluster = this.#table.target.cluster.current;
    if (cluster === undefined) {
      this.#fail('no_cluster');
      return;
    }
    this.#cluster = cluster;
    const endpoint = cluster.pick();
    if (endpoint === undefined) {
      this.#fail('no_healthy_upstream');
      return;
    }
    if (!this.#owner.reserve(cluster)) {
      this.#fail('upstream_overflow');
      return;
    }
    this.#endpoint = endpoint;
    endpoint.active += 1;
    this.#cancelDial = this.#owner.dialer.dial(
      endpoint,
      cluster.connectTimeoutMs,
      (upstream, peer) => this.#join(upstream, peer),
      (code, reason) => {
        this.#cancelDial = undefined;
        this.#transportFailure = reason;
        this.#fail(code);
      },
    );
  }

  /** Closes both sides now. */
  stop(): void {
    if (this.#splice !== undefined) {
      this.#splice.stop();
      return;
    }
    this.#wire.destroy();
    this.#finish('-', 0, 0);
  }

  #join(upstream: Wire, peer: DialedPeer): void {
    this.#cancelDial = undefined;
    this.#upstreamPeerUri = peer.peerUri;
    this.#upstreamLocalAddress = hostPort(upstream.socket.localAddress, upstream.socket.localPort);
    const metrics = this.#place('-');
    this.#metrics = metrics;
    metrics.opened.add(1);
    this.#splice = splice(this.#wire, upstream, {
      clock: this.#owner.clock,
      sweeper: this.#owner.sweeper,
      idleTimeoutMs: this.#table.idleTimeoutMs,
      onBytes(fromClient, fromEndpoint) {
        if (fromClient > 0) metrics.receivedBytes.add(fromClient);
        if (fromEndpoint > 0) metrics.sentBytes.add(fromEndpoint);
      },
      onDone: (result) => this.#spliced(result),
    });
    // Both may have ended before they were joined.
    if (this.#over) this.#splice.stop();
  }

  #spliced(result: SpliceResult): void {
    if (result.end === 'b-broke') this.#transportFailure = result.errorCode;
    this.#finish(flagOf(result), result.bytesFromA, result.bytesFromB);
  }

  #fail(code: ErrorCode): void {
    this.#wire.destroy();
    this.#finish(errorTable[code].responseFlag, 0, 0);
  }

  #finish(flag: string, bytesReceived: number, bytesSent: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelDial?.();
    if (this.#endpoint !== undefined && this.#cluster !== undefined) {
      this.#endpoint.active -= 1;
      this.#owner.release(this.#cluster);
    }
    this.#count(flag);
    if (this.#table.accessLog) this.#log(flag, bytesReceived, bytesSent);
    this.#owner.onClosed(this);
  }

  #count(flag: string): void {
    const place = flag === '-' && this.#metrics !== undefined ? this.#metrics : this.#place(flag);
    // A connection that never got anywhere was opened all the same (Istio reports it at its close).
    if (this.#metrics === undefined) place.opened.add(1);
    place.closed.add(1);
  }

  #place(flag: string): TcpMetrics {
    return this.#owner.metrics(
      {
        direction: this.#info.direction,
        downstreamPeerUri: this.#info.peerUri,
        upstreamPeerUri: this.#upstreamPeerUri,
        cluster: this.#cluster,
        endpoint: this.#endpoint,
      },
      flag,
    );
  }

  #log(flag: string, bytesReceived: number, bytesSent: number): void {
    this.#owner.logged.add(1);
    this.#owner.log.add(
      tcpLogLine({
        info: this.#info,
        startedAtMs: this.#startedAtMs,
        durationMs: this.#owner.clock.monotonic() - this.#startedMonotonicMs,
        flag,
        bytesReceived,
        bytesSent,
        target: this.#table.target,
        from: (this.#splice === undefined ? this.#cluster : undefined)?.from ?? this.#table.target.from,
        endpoint: this.#endpoint,
        upstreamLocalAddress: this.#upstreamLocalAddress,
        transportFailure: this.#transportFailure,
      }),
    );
  }
}

function flagOf(result: SpliceResult): string {
  switch (result.end) {
    case 'a-broke':
      return result.errorCode === '' ? '-' : 'DC';
    case 'b-broke':
      return result.errorCode === '' ? '-' : 'UC';
    case 'idle':
      return 'SI';
    default:
      return '-';
  }
}

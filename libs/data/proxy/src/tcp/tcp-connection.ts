/** One client's TCP connection: joined with one to an endpoint, and accounted for once. */

import type { IstioTcpMetrics, TcpMetrics } from '@weft/data-filters';
import type { ConnectionInfo, RouteTarget, TcpHandlerTable } from '@weft/data-runtime';
import {
  type Dialer,
  deafSink,
  type Splice,
  type SpliceResult,
  type Sweeper,
  splice,
  type Wire,
} from '@weft/data-upstream';
import { type Cancel, type Clock, describeProvenance, type ErrorCode, errorTable, type Random } from '@weft/kernel';
import type { ConnectionFacts } from './connection-record.ts';
import { TcpAttempts, type TcpAttemptsClient } from './tcp-attempts.ts';

export interface TcpOwner {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: Dialer;
  readonly metrics: IstioTcpMetrics;
  readonly sweeper: Sweeper;
  /** Writes the lines of the access logs that want the connection. */
  log(table: TcpHandlerTable, facts: ConnectionFacts): void;
  onClosed(connection: TcpConnection): void;
}

export class TcpConnection implements TcpAttemptsClient {
  readonly #owner: TcpOwner;
  readonly #wire: Wire;
  readonly #info: ConnectionInfo;
  readonly #table: TcpHandlerTable;
  readonly #startedAtMs: number;
  readonly #startedMonotonicMs: number;
  #target: RouteTarget | undefined;
  /** Nothing: there is no cluster. */
  #attempts: TcpAttempts | undefined;
  #reason = '';
  #cancelLife: Cancel = () => {};
  #splice: Splice | undefined;
  #metrics: TcpMetrics | undefined;
  #over = false;
  /** Why this proxy ends it; empty: it does not. */
  #flag = '';

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
    const table = this.#table;
    this.#wire.sink = { ...deafSink, onClose: () => this.#finish('DC', 0, 0) };
    const { sni } = this.#info;
    const target = table.bySni !== undefined && sni !== undefined ? table.bySni(sni) : table.pick(this.#owner.random);
    this.#target = target;
    const cluster = target.cluster.current;
    if (cluster === undefined) {
      this.onUnreachable('no_cluster', describeProvenance(target.from), '');
      return;
    }
    if (table.durationMaxMs > 0) this.#cancelLife = this.#owner.clock.after(table.durationMaxMs, () => this.#tooOld());
    this.#attempts = new TcpAttempts(this.#owner, this.#info, table, cluster, this);
    this.#attempts.start();
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

  /** max_downstream_connection_duration. */
  #tooOld(): void {
    this.#flag = 'DT';
    this.stop();
  }

  onReached(upstream: Wire, early: Buffer | undefined): void {
    const metrics = this.#place('-');
    this.#metrics = metrics;
    metrics.opened?.add(1);
    if (early !== undefined && early.length > 0) this.#wire.write(early);
    this.#splice = splice(this.#wire, upstream, {
      clock: this.#owner.clock,
      sweeper: this.#owner.sweeper,
      idleTimeoutMs: this.#table.idleTimeoutMs,
      onBytes(fromClient, fromEndpoint) {
        if (fromClient > 0) metrics.receivedBytes?.add(fromClient);
        if (fromEndpoint > 0) metrics.sentBytes?.add(fromEndpoint);
      },
      onDone: (result) => this.#spliced(result),
    });
    // Both may have ended before they were joined.
    if (this.#over) this.#splice.stop();
  }

  #spliced(result: SpliceResult): void {
    if (result.end === 'b-broke' && this.#attempts !== undefined) this.#attempts.failure = result.errorCode;
    this.#finish(flagOf(result), result.bytesFromA, result.bytesFromB);
  }

  onUnreachable(code: ErrorCode, reason: string, more: string): void {
    this.#reason = reason;
    this.#wire.destroy();
    this.#finish(`${errorTable[code].responseFlag}${more}`, 0, 0);
  }

  #finish(ended: string, bytesReceived: number, bytesSent: number): void {
    if (this.#over) return;
    this.#over = true;
    const flag = this.#flag || ended;
    const attempts = this.#attempts;
    attempts?.cancel();
    this.#cancelLife();
    const endpoint = attempts?.endpoint;
    this.#count(flag);
    attempts?.release();
    if (this.#table.accessLogs.length > 0) {
      this.#owner.log(this.#table, {
        info: this.#info,
        startedAtMs: this.#startedAtMs,
        startedMonotonicMs: this.#startedMonotonicMs,
        durationMs: this.#owner.clock.monotonic() - this.#startedMonotonicMs,
        flag,
        bytesReceived,
        bytesSent,
        target: this.#target,
        cluster: attempts?.cluster,
        endpoint: endpoint ?? attempts?.tried.at(-1),
        upstreamLocalAddress: attempts?.upstreamLocalAddress ?? '',
        upstreamPeerUri: attempts?.upstreamPeerUri,
        transportFailure: attempts?.failure ?? '',
        details: '',
        reason:
          this.#reason === '' && this.#target !== undefined ? describeProvenance(this.#target.from) : this.#reason,
        attempts: (attempts?.tried.length ?? 0) + (endpoint === undefined ? 0 : 1),
      });
    }
    this.#owner.onClosed(this);
  }

  #count(flag: string): void {
    const place = flag === '-' && this.#metrics !== undefined ? this.#metrics : this.#place(flag);
    // A connection that never got anywhere was opened all the same (Istio reports it at its close).
    if (this.#metrics === undefined) place.opened?.add(1);
    place.closed?.add(1);
  }

  #place(flag: string): TcpMetrics {
    return this.#owner.metrics(
      {
        direction: this.#info.direction,
        downstreamPeerUri: this.#info.peerUri,
        upstreamPeerUri: this.#attempts?.upstreamPeerUri,
        cluster: this.#attempts?.cluster,
        endpoint: this.#attempts?.endpoint,
        connection: this.#info,
      },
      flag,
      this.#table,
    );
  }
}

/** As Envoy's tcp_proxy: a reset of the endpoint has a flag; an end, a reset of the client and the idle timeout have none. */
function flagOf({ end, errorCode }: SpliceResult): string {
  if (end !== 'b-broke' || errorCode === '') return '-';
  return errorCode === 'ECONNRESET' ? 'UR' : 'UC';
}

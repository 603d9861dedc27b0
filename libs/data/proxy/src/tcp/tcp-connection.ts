/** One client's TCP connection: picks an endpoint, dials it, joins the two, accounts for it once. */

import type { IstioTcpMetrics, TcpMetrics } from '@weft/data-filters';
import {
  type Cluster,
  type ConnectionInfo,
  type Endpoint,
  hashText,
  type PickContext,
  type RouteTarget,
  type TcpHandlerTable,
} from '@weft/data-runtime';
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
import { type Cancel, type Clock, describeProvenance, type ErrorCode, errorTable, type Random } from '@weft/kernel';
import { encodeProxyHeader } from '@weft/proxy-protocol';
import { splitHostPort } from '../listeners/connection-info.ts';
import type { ConnectionFacts } from './connection-record.ts';
import { openTunnel } from './tunnel.ts';

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

export class TcpConnection {
  readonly #owner: TcpOwner;
  readonly #wire: Wire;
  readonly #info: ConnectionInfo;
  readonly #table: TcpHandlerTable;
  readonly #startedAtMs: number;
  readonly #startedMonotonicMs: number;
  readonly #tried: Endpoint[] = [];
  #target: RouteTarget | undefined;
  #cluster: Cluster | undefined;
  #endpoint: Endpoint | undefined;
  #upstreamPeerUri: string | undefined;
  #upstreamLocalAddress = '';
  #transportFailure = '';
  #reason = '';
  #cancelDial: Cancel | undefined;
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
      this.#fail('no_cluster', describeProvenance(target.from));
      return;
    }
    this.#cluster = cluster;
    if (table.durationMaxMs > 0) this.#cancelLife = this.#owner.clock.after(table.durationMaxMs, () => this.#tooOld());
    this.#attempt(cluster);
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

  #attempt(cluster: Cluster): void {
    const endpoint = this.#pick(cluster);
    if (endpoint === undefined) {
      this.#fail('no_healthy_upstream', describeProvenance(cluster.from));
      return;
    }
    const breaker = cluster.breakers.default;
    if (breaker.used.connections >= breaker.connectionsMax) {
      this.#fail('upstream_overflow', describeProvenance(cluster.from));
      return;
    }
    breaker.used.connections += 1;
    endpoint.active += 1;
    endpoint.counts.connections += 1;
    endpoint.counts.connectionsTotal += 1;
    endpoint.counts.requestsTotal += 1;
    this.#endpoint = endpoint;
    const dialedAtMs = this.#owner.clock.monotonic();
    const { proxyProtocol } = cluster;
    const { remoteAddress, localAddress } = this.#info;
    this.#cancelDial = this.#owner.dialer.dial(
      endpoint,
      cluster.connectTimeoutMs,
      (upstream, peer) => this.#dialed(upstream, peer),
      (code, reason) => {
        this.#cancelDial = undefined;
        this.#transportFailure = reason;
        endpoint.counts.connectFailures += 1;
        this.#observe(cluster, endpoint, 'connect-failed', this.#owner.clock.monotonic() - dialedAtMs);
        this.#release();
        this.#tried.push(endpoint);
        if (this.#tried.length < this.#table.connectAttemptsMax) this.#attempt(cluster);
        else this.#fail(code, describeProvenance(cluster.from), ',URX');
      },
      proxyProtocol === undefined ? {} : { proxyHeader: encodeProxyHeader(proxyProtocol, remoteAddress, localAddress) },
    );
  }

  #pick(cluster: Cluster): Endpoint | undefined {
    if (cluster.originalDestination !== undefined) {
      // Only the address that a client wanted: this proxy's own would be a circle.
      return this.#info.restored === false ? undefined : cluster.originalDestination(this.#info.localAddress);
    }
    if (this.#table.hash === undefined && this.#tried.length === 0) return cluster.pick();
    const context: PickContext = {
      hash: this.#table.hash === 'source-ip' ? hashText(splitHostPort(this.#info.remoteAddress).address) : undefined,
      avoid: this.#tried,
      avoidTries: 3,
      subset: undefined,
      overrideHost: undefined,
    };
    return cluster.pick(context);
  }

  #dialed(upstream: Wire, peer: DialedPeer): void {
    this.#cancelDial = undefined;
    this.#upstreamPeerUri = peer.peerUri;
    this.#upstreamLocalAddress = upstream.localAddress;
    const { tunnelHost } = this.#table;
    if (tunnelHost === undefined) {
      this.#join(upstream, undefined);
      return;
    }
    this.#cancelDial = openTunnel(upstream, tunnelHost, (reason, early) => {
      this.#cancelDial = undefined;
      if (reason === undefined) {
        this.#join(upstream, early);
        return;
      }
      this.#transportFailure = reason;
      upstream.destroy();
      this.#fail('upstream_closed', reason);
    });
  }

  /** @param early what the endpoint sent already. */
  #join(upstream: Wire, early: Buffer | undefined): void {
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
    if (result.end === 'b-broke') this.#transportFailure = result.errorCode;
    this.#finish(flagOf(result), result.bytesFromA, result.bytesFromB);
  }

  /** @param more flags; Envoy adds URX when the last attempt at a connection failed, also where there was but one. */
  #fail(code: ErrorCode, reason: string, more = ''): void {
    this.#reason = reason;
    this.#wire.destroy();
    this.#finish(`${errorTable[code].responseFlag}${more}`, 0, 0);
  }

  #release(): void {
    if (this.#endpoint === undefined || this.#cluster === undefined) return;
    this.#endpoint.active -= 1;
    this.#endpoint.counts.connections -= 1;
    this.#cluster.breakers.default.used.connections -= 1;
    this.#endpoint = undefined;
  }

  #observe(cluster: Cluster, endpoint: Endpoint, local: 'connect-failed', latencyMs: number): void {
    cluster.observe?.(endpoint, { status: 0, grpcStatus: undefined, local, latencyMs, fields: [] });
  }

  #finish(ended: string, bytesReceived: number, bytesSent: number): void {
    if (this.#over) return;
    this.#over = true;
    const flag = this.#flag || ended;
    this.#cancelDial?.();
    this.#cancelLife();
    const endpoint = this.#endpoint;
    this.#count(flag);
    this.#release();
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
        cluster: this.#cluster,
        endpoint: endpoint ?? this.#tried.at(-1),
        upstreamLocalAddress: this.#upstreamLocalAddress,
        upstreamPeerUri: this.#upstreamPeerUri,
        transportFailure: this.#transportFailure,
        details: '',
        reason:
          this.#reason === '' && this.#target !== undefined ? describeProvenance(this.#target.from) : this.#reason,
        attempts: this.#tried.length + (endpoint === undefined ? 0 : 1),
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
        upstreamPeerUri: this.#upstreamPeerUri,
        cluster: this.#cluster,
        endpoint: this.#endpoint,
        connection: this.#info,
      },
      flag,
      this.#table,
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

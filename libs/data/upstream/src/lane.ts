/** The connections of one kind to one endpoint, for one priority, and the requests that wait for one: what Envoy calls a connection pool. */

import type { Breaker, Cluster, Endpoint } from '@weft/data-runtime';
import type { Cancel, Clock, ErrorCode } from '@weft/kernel';
import type { ConnectionOwner } from './connection-owner.ts';
import type { DialedPeer, Dialer } from './dial.ts';
import type { FlushQueue } from './flush-queue.ts';
import { Http1Connection } from './http1/connection.ts';
import { Http2Connection } from './http2/connection.ts';
import { alpnOf, type LaneKind, speaksHttp2 } from './lane-kind.ts';
import { PendingQueue } from './pending-queue.ts';
import type { ResetReason, UpstreamClient, Waiter } from './upstream-stream.ts';
import type { Wire } from './wire.ts';

/** What a lane shares with the others of its cluster. */
export interface LaneHost {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly flushes: FlushQueue;
  /** Coarse time, monotonic. */
  readonly nowMs: number;
  /** No connection is kept any more when it is idle. */
  readonly closing: boolean;
  linger(wire: Wire): void;
}

/** What a lane's connections have in common besides their endpoint. */
export interface LaneTraits {
  readonly kind: LaneKind;
  readonly priority: 'default' | 'high';
  /** Where the SNI is the request's host; else empty. */
  readonly authority: string;
  readonly proxyHeader: Buffer | undefined;
}

export class Lane {
  readonly endpoint: Endpoint;
  readonly traits: LaneTraits;
  /** Open and being opened. */
  connections = 0;
  /** Requests that have a connection. */
  active = 0;
  readonly pending: PendingQueue;
  readonly #host: LaneHost;
  readonly #idle: Http1Connection[] = [];
  readonly #multiplexed: Http2Connection[] = [];
  readonly #dials = new Set<Cancel>();
  /** Connections of an earlier one close when they are free. */
  #generation = 0;
  /** What the last connection turned out to speak. */
  #speaks: 'http1' | 'http2' | undefined;
  readonly #http1Owner: ConnectionOwner<Http1Connection>;
  readonly #http2Owner: ConnectionOwner<Http2Connection>;

  constructor(host: LaneHost, endpoint: Endpoint, traits: LaneTraits) {
    this.#host = host;
    this.endpoint = endpoint;
    this.traits = traits;
    const { kind } = traits;
    if (kind === 'http1' || kind === 'exclusive') this.#speaks = 'http1';
    else if (kind === 'http2') this.#speaks = 'http2';
    const linger = (wire: Wire): void => host.linger(wire);
    this.pending = new PendingQueue(
      endpoint,
      () => this.#breaker,
      () => this.#cancelUnwantedDials(),
    );
    this.#http1Owner = {
      onRoom() {},
      onReleased: (connection) => this.#onFree(connection),
      onGone: (connection, lent) => this.#onHttp1Gone(connection, lent),
      linger,
    };
    this.#http2Owner = {
      onRoom: () => this.#serve(),
      onReleased: () => this.#onStreamEnd(),
      onGone: (connection) => this.#onHttp2Gone(connection),
      linger,
    };
  }

  get idle(): number {
    return this.#idle.length;
  }

  get #breaker(): Breaker {
    return this.#host.cluster.breakers[this.traits.priority];
  }

  /** As `UpstreamPools.acquire`. */
  acquire(client: UpstreamClient): Waiter | undefined {
    const connection = this.pending.length === 0 ? this.#take() : undefined;
    if (connection !== undefined) {
      this.#give(connection, client);
      return undefined;
    }
    const request = this.pending.add(client);
    if (request === undefined) overflow(client);
    else this.#dialAsNeeded();
    return request;
  }

  /** Closes what is idle for too long, too old, or secured as it no longer should be. */
  sweep(): void {
    const { cluster, nowMs } = this.#host;
    const { idleTimeoutMs, connectionDurationMaxMs } = cluster.limits;
    const idleMs = idleTimeoutMs > 0 ? idleTimeoutMs : Number.POSITIVE_INFINITY;
    const ageMs = connectionDurationMaxMs > 0 ? connectionDurationMaxMs : Number.POSITIVE_INFINITY;
    for (const connection of [...this.#idle]) {
      const limitMs = Math.min(connection.idleLimitMs, idleMs);
      if (nowMs - connection.idleSinceMs >= limitMs || nowMs - connection.madeAtMs >= ageMs) connection.destroy();
    }
    for (const connection of [...this.#multiplexed]) {
      const idleForMs = connection.active > 0 ? -1 : nowMs - connection.idleSinceMs;
      const worn = idleForMs >= idleMs || nowMs - connection.madeAtMs >= ageMs;
      if (worn || connection.tls !== this.endpoint.tls) connection.retire();
      else connection.keepAlive(nowMs);
    }
  }

  /** Idle connections end now, others when they are free; the next request gets a new one. */
  retireAll(): void {
    this.#generation += 1;
    for (const connection of [...this.#idle]) connection.destroy();
    for (const connection of [...this.#multiplexed]) connection.retire();
    this.#cancelUnwantedDials();
  }

  /** A connection that takes a request now. */
  #take(): Http1Connection | Http2Connection | undefined {
    const list = this.#multiplexed;
    for (let i = 0; i < list.length; i += 1) {
      const connection = list[i] as Http2Connection;
      if (connection.tls === this.endpoint.tls && connection.room() > 0) return connection;
    }
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.usable && last.tls === this.endpoint.tls) return last;
      last.destroy();
    }
    return undefined;
  }

  #give(connection: Http1Connection | Http2Connection, client: UpstreamClient): void {
    const { used, requestsMax } = this.#breaker;
    if (used.requests >= requestsMax) {
      if (connection instanceof Http1Connection) this.#idle.push(connection);
      overflow(client);
      return;
    }
    used.requests += 1;
    this.active += 1;
    this.endpoint.active += 1;
    this.endpoint.counts.requestsTotal += 1;
    connection.lend(client);
  }

  #serve(): void {
    while (this.pending.length > 0) {
      const connection = this.#take();
      if (connection === undefined) break;
      this.#give(connection, this.pending.shift() as UpstreamClient);
    }
    this.#dialAsNeeded();
  }

  #dialAsNeeded(): void {
    const { http, limits } = this.#host.cluster;
    // Until it is known what the endpoint speaks one connection is enough: the others may travel with the first.
    let each = this.#speaks === 'http1' ? 1 : this.#speaks === 'http2' ? http.streamsMax : Number.POSITIVE_INFINITY;
    if (limits.requestsPerConnectionMax > 0) each = Math.min(each, limits.requestsPerConnectionMax);
    while (this.#dials.size === 0 ? this.pending.length > 0 : this.pending.length > this.#dials.size * each) {
      const { used, connectionsMax } = this.#breaker;
      // A lane without any connection makes one past the bound, as in Envoy: what waits there would wait for ever.
      if (used.connections >= connectionsMax && this.connections > 0) return;
      this.#dial();
    }
  }

  #dial(): void {
    const { endpoint, traits } = this;
    this.connections += 1;
    this.#breaker.used.connections += 1;
    endpoint.counts.connections += 1;
    endpoint.counts.connectionsTotal += 1;
    const cancel = this.#host.dialer.dial(
      endpoint,
      this.#host.cluster.connectTimeoutMs,
      (wire, peer) => {
        this.#dials.delete(cancel);
        this.#onDialed(wire, peer);
      },
      (code, reason, reset) => {
        this.#dials.delete(cancel);
        endpoint.counts.connectFailures += 1;
        this.#uncount();
        this.#failPending(code, reason, reset);
      },
      {
        authority: traits.authority,
        proxyHeader: traits.proxyHeader,
        alpn: endpoint.tls === undefined ? noAlpn : alpnOf(traits.kind, endpoint.tls),
      },
    );
    this.#dials.add(cancel);
  }

  #onDialed(wire: Wire, peer: DialedPeer): void {
    const { endpoint } = this;
    const host = this.#host;
    if (speaksHttp2(this.traits.kind, peer.alpn)) {
      this.#speaks = 'http2';
      this.#multiplexed.push(new Http2Connection(wire, endpoint, peer.peerUri, host, this.#http2Owner));
    } else {
      this.#speaks = 'http1';
      const trailers = host.cluster.http.http1Trailers === true;
      const connection = new Http1Connection(wire, endpoint, peer.peerUri, host, this.#http1Owner, trailers);
      connection.generation = this.#generation;
      connection.idleSinceMs = host.nowMs;
      this.#idle.push(connection);
    }
    this.#serve();
    if (host.closing) this.retireAll();
  }

  /** A connect failure fails all that wait, as in Envoy: they would only queue up behind a dead endpoint. */
  #failPending(code: ErrorCode, reason: string, reset: ResetReason): void {
    for (const client of this.pending.drain()) client.onUpstreamFailed(code, reset, reason);
    this.#dialAsNeeded();
  }

  #onFree(connection: Http1Connection): void {
    const { cluster, nowMs, closing } = this.#host;
    const { requestsPerConnectionMax, connectionDurationMaxMs, idleConnectionsMax } = cluster.limits;
    const worn =
      closing ||
      this.traits.kind === 'exclusive' ||
      connection.generation !== this.#generation ||
      (requestsPerConnectionMax > 0 && connection.requests >= requestsPerConnectionMax) ||
      (connectionDurationMaxMs > 0 && nowMs - connection.madeAtMs >= connectionDurationMaxMs);
    const waiting = this.pending.length > 0;
    this.#onStreamEnd();
    if (worn || !connection.usable || (!waiting && this.#idle.length >= idleConnectionsMax)) {
      connection.destroy();
      return;
    }
    connection.idleSinceMs = nowMs;
    this.#idle.push(connection);
    if (waiting) this.#serve();
  }

  #onStreamEnd(): void {
    this.active -= 1;
    this.#breaker.used.requests -= 1;
    this.endpoint.active -= 1;
  }

  #onHttp1Gone(connection: Http1Connection, lent: boolean): void {
    this.#uncount();
    const at = lent ? -1 : this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (lent) this.#onStreamEnd();
    this.#dialAsNeeded();
  }

  #onHttp2Gone(connection: Http2Connection): void {
    this.#uncount();
    const at = this.#multiplexed.indexOf(connection);
    if (at >= 0) this.#multiplexed.splice(at, 1);
    this.#dialAsNeeded();
  }

  #uncount(): void {
    this.connections -= 1;
    this.#breaker.used.connections -= 1;
    this.endpoint.counts.connections -= 1;
  }

  #cancelUnwantedDials(): void {
    if (!this.#host.closing || this.pending.length > 0) return;
    for (const cancel of this.#dials) {
      cancel();
      this.#uncount();
    }
    this.#dials.clear();
  }
}

const noAlpn: readonly string[] = [];

function overflow(client: UpstreamClient): void {
  client.onUpstreamFailed('upstream_overflow', 'overflow', 'overflow');
}

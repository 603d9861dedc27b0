/** The connections of one cluster: idle ones per endpoint, last in first out, and a bounded queue for when there may be no more. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';
import type { Dialer } from './dial.ts';
import { type ConnectionOwner, type UpstreamClient, UpstreamConnection } from './upstream-connection.ts';

/** A request without a connection yet. */
export interface Waiter {
  /** The request went away. A connection that is being made for it is kept for the next. */
  cancel(): void;
}

interface Waiting extends Waiter {
  client: UpstreamClient | undefined;
  readonly endpoint: Endpoint;
}

export class ClusterPool implements ConnectionOwner {
  readonly cluster: Cluster;
  /** Open and being opened. */
  connections = 0;
  /** Requests in flight, waiting ones included. */
  active = 0;
  /** Coarse time, set by `sweep`. */
  nowMs = 0;
  readonly #dialer: Dialer;
  readonly #idle = new Map<Endpoint, UpstreamConnection[]>();
  readonly #waiting: Waiting[] = [];
  readonly #dials = new Set<Cancel>();

  constructor(cluster: Cluster, dialer: Dialer) {
    this.cluster = cluster;
    this.#dialer = dialer;
  }

  /**
   * Calls `client.onUpstreamReady` before it returns where an idle connection is there, else later.
   * @param fresh no idle one will do. @returns nothing where the client was already answered.
   */
  acquire(endpoint: Endpoint, client: UpstreamClient, fresh: boolean): Waiter | undefined {
    const limits = this.cluster.limits;
    if (this.active >= limits.requestsMax) return this.#overflow(client);
    const idle = fresh ? undefined : this.#popIdle(endpoint);
    if (idle !== undefined) {
      this.active += 1;
      endpoint.active += 1;
      idle.lend(client);
      return undefined;
    }
    const room = this.connections < limits.connectionsMax || this.#evictOther(endpoint);
    if (!room && this.#waiting.length >= limits.pendingRequestsMax) return this.#overflow(client);
    this.active += 1;
    endpoint.active += 1;
    const waiting = this.#wait(endpoint, client);
    if (room) this.#dial(waiting);
    else this.#waiting.push(waiting);
    return waiting;
  }

  /** Closes what is idle for too long or belongs to an endpoint that went away. @returns true when nothing is left. */
  sweep(nowMs: number): boolean {
    this.nowMs = nowMs;
    const idleTimeoutMs = this.cluster.limits.idleTimeoutMs;
    for (const [endpoint, stack] of this.#idle) {
      const known = this.cluster.endpoints.includes(endpoint);
      for (const connection of [...stack]) {
        const limitMs = Math.min(connection.idleLimitMs, idleTimeoutMs > 0 ? idleTimeoutMs : Number.POSITIVE_INFINITY);
        if (!known || nowMs - connection.idleSinceMs >= limitMs) connection.destroy();
      }
      if (stack.length === 0) this.#idle.delete(endpoint);
    }
    return this.connections === 0 && this.active === 0;
  }

  /** Closes idle connections and connections being made; those in use end with their requests. */
  close(): void {
    for (const stack of this.#idle.values()) for (const connection of [...stack]) connection.destroy();
    for (const cancel of this.#dials) {
      cancel();
      this.connections -= 1;
    }
    this.#dials.clear();
  }

  idleCount(endpoint: Endpoint): number {
    return this.#idle.get(endpoint)?.length ?? 0;
  }

  onReleased(connection: UpstreamConnection): void {
    const { endpoint } = connection;
    this.active -= 1;
    endpoint.active -= 1;
    const waiting = connection.usable ? this.#waiting.shift() : undefined;
    if (waiting !== undefined) {
      this.#serve(waiting, connection);
      return;
    }
    const stack = this.#idle.get(endpoint);
    const room = (stack?.length ?? 0) < this.cluster.limits.idleConnectionsMax;
    if (!connection.usable || !room) {
      connection.destroy();
      return;
    }
    connection.idleSinceMs = this.nowMs;
    if (stack === undefined) this.#idle.set(endpoint, [connection]);
    else stack.push(connection);
  }

  onGone(connection: UpstreamConnection, lent: boolean): void {
    this.connections -= 1;
    if (lent) {
      this.active -= 1;
      connection.endpoint.active -= 1;
    } else {
      const stack = this.#idle.get(connection.endpoint);
      const at = stack?.lastIndexOf(connection) ?? -1;
      if (at >= 0) stack?.splice(at, 1);
    }
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#dial(waiting);
  }

  #popIdle(endpoint: Endpoint): UpstreamConnection | undefined {
    const stack = this.#idle.get(endpoint);
    for (let last = stack?.pop(); last !== undefined; last = stack?.pop()) {
      if (last.usable && last.tls === endpoint.tls) return last;
      last.destroy();
    }
    return undefined;
  }

  #evictOther(endpoint: Endpoint): boolean {
    for (const [other, stack] of this.#idle) {
      const oldest = other === endpoint ? undefined : stack[0];
      if (oldest === undefined) continue;
      oldest.destroy();
      return true;
    }
    return false;
  }

  #overflow(client: UpstreamClient): undefined {
    client.onUpstreamFailed('upstream_overflow', 'overflow');
  }

  #wait(endpoint: Endpoint, client: UpstreamClient): Waiting {
    const waiting: Waiting = {
      client,
      endpoint,
      cancel: () => {
        if (waiting.client === undefined) return;
        this.#settle(waiting);
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
      },
    };
    return waiting;
  }

  /** The waiter is no longer in flight. @returns its client, once. */
  #settle(waiting: Waiting): UpstreamClient | undefined {
    const client = waiting.client;
    if (client === undefined) return undefined;
    waiting.client = undefined;
    this.active -= 1;
    waiting.endpoint.active -= 1;
    return client;
  }

  #dial(waiting: Waiting): void {
    this.connections += 1;
    const cancel = this.#dialer.dial(
      waiting.endpoint,
      this.cluster.connectTimeoutMs,
      (wire, peer) => {
        this.#dials.delete(cancel);
        this.#serve(waiting, new UpstreamConnection(wire, waiting.endpoint, peer.peerUri, this));
      },
      (code, reason) => {
        this.#dials.delete(cancel);
        this.connections -= 1;
        this.#settle(waiting)?.onUpstreamFailed(code, reason);
        const next = this.#waiting.shift();
        if (next !== undefined) this.#dial(next);
      },
    );
    this.#dials.add(cancel);
  }

  /** Gives a connection to a waiter, whatever endpoint it was to: the balancer chose both. Without a client it becomes idle. */
  #serve(waiting: Waiting, connection: UpstreamConnection): void {
    const client = this.#settle(waiting);
    this.active += 1;
    connection.endpoint.active += 1;
    if (client === undefined) this.onReleased(connection);
    else connection.lend(client);
  }
}

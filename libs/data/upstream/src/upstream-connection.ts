/** One pooled connection to an endpoint: idle, or lent to one request at a time. */

import type { Endpoint, UpstreamTls } from '@weft/data-runtime';
import type { ErrorCode } from '@weft/kernel';
import { deafSink, type Wire, type WireSink } from './wire.ts';

/** The request's side of a connection: one long-lived object, no closure per request. */
export interface UpstreamClient {
  /** The connection is the client's until it calls `release`, `destroy` or `take`, or until `onUpstreamClosed`. */
  onUpstreamReady(connection: UpstreamConnection): void;
  /** No connection: `upstream_overflow`, `upstream_connect_failed`, `upstream_identity`, `identity_unavailable`. */
  onUpstreamFailed(code: ErrorCode, reason: string): void;
  /** @param chunk valid during the call only. */
  onUpstreamData(chunk: Buffer): void;
  /** The endpoint will send no more. */
  onUpstreamEnd(): void;
  onUpstreamDrain(): void;
  /** The connection broke. @param reason code of the socket's error; empty: none. */
  onUpstreamClosed(reason: string): void;
}

/** What a connection tells its pool. */
export interface ConnectionOwner {
  /** The client is done and the connection may serve another. */
  onReleased(connection: UpstreamConnection): void;
  /** It will not be used again. @param lent a client had it. */
  onGone(connection: UpstreamConnection, lent: boolean): void;
}

export class UpstreamConnection implements WireSink {
  readonly wire: Wire;
  readonly endpoint: Endpoint;
  /** As it was when the connection was made: another one now means another identity. */
  readonly tls: UpstreamTls | undefined;
  readonly peerUri: string | undefined;
  /** "127.0.0.1:40000". */
  readonly localAddress: string;
  /** True from the second request on: the server may have closed it just now. */
  reused = false;
  /** Coarse time of the last release, and how long it may then stay idle. */
  idleSinceMs = 0;
  idleLimitMs = Number.POSITIVE_INFINITY;
  #client: UpstreamClient | undefined;
  readonly #owner: ConnectionOwner;
  #gone = false;

  constructor(wire: Wire, endpoint: Endpoint, peerUri: string | undefined, owner: ConnectionOwner) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.tls = endpoint.tls;
    this.peerUri = peerUri;
    this.localAddress = `${wire.socket.localAddress ?? ''}:${wire.socket.localPort ?? 0}`;
    this.#owner = owner;
    wire.sink = this;
  }

  get usable(): boolean {
    return !this.#gone && !this.wire.ended && !this.wire.closed;
  }

  /** Gives the connection to a client; for the pool. */
  lend(client: UpstreamClient): void {
    this.#client = client;
    client.onUpstreamReady(this);
  }

  write(data: string | Buffer): boolean {
    return this.wire.write(data);
  }

  /** Back to the pool after a whole exchange. @param keepAliveSeconds what the server said it keeps it; 0: not said. */
  release(keepAliveSeconds: number): void {
    this.#client = undefined;
    this.reused = true;
    if (keepAliveSeconds > 0) this.idleLimitMs = Math.max(0, keepAliveSeconds * 1_000 - 1_500);
    if (this.wire.paused) this.wire.resume();
    this.#owner.onReleased(this);
  }

  /** Closes it at once. */
  destroy(): void {
    if (this.#gone) return;
    this.wire.destroy();
    this.#leave();
  }

  /** Ends the account of a wire that was taken and closes by itself. */
  finish(): void {
    if (!this.#gone) this.#leave();
  }

  /** Takes the wire out for a tunnel; it counts as a request in flight until `destroy` or `finish`. */
  take(): Wire {
    this.wire.sink = deafSink;
    return this.wire;
  }

  onData(chunk: Buffer): void {
    // An idle connection has nothing to say: what comes belongs to no request.
    if (this.#client === undefined) this.destroy();
    else this.#client.onUpstreamData(chunk);
  }

  onEnd(): void {
    if (this.#client === undefined) this.destroy();
    else this.#client.onUpstreamEnd();
  }

  onDrain(): void {
    this.#client?.onUpstreamDrain();
  }

  onClose(): void {
    if (this.#gone) return;
    const client = this.#client;
    this.#leave();
    client?.onUpstreamClosed(this.wire.errorCode);
  }

  #leave(): void {
    this.#gone = true;
    const lent = this.#client !== undefined;
    this.#client = undefined;
    this.#owner.onGone(this, lent);
  }
}

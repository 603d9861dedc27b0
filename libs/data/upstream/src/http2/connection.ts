/** One HTTP/2 connection to an endpoint: many requests at a time, kept alive by PINGs, left in order after GOAWAY. */

import type { Endpoint, UpstreamTls } from '@weft/data-runtime';
import type { ResponseHead } from '@weft/http';
import {
  createHttp2Client,
  type Http2Connection as Http2Codec,
  type Http2ConnectionSink,
  type Http2Output,
  type Http2StreamSink,
} from '@weft/http2';
import type { ConnectionOwner } from '../connection-owner.ts';
import type { Flushable } from '../flush-queue.ts';
import type { LaneHost } from '../lane.ts';
import type { UpstreamClient } from '../upstream-stream.ts';
import { deafSink, type Wire, type WireSink } from '../wire.ts';
import { Http2Stream } from './stream.ts';

export class Http2Connection implements WireSink, Flushable, Http2Output, Http2ConnectionSink {
  readonly wire: Wire;
  readonly endpoint: Endpoint;
  /** As it was when the connection was made. */
  readonly tls: UpstreamTls | undefined;
  readonly peerUri: string | undefined;
  /** Coarse time, monotonic. */
  readonly madeAtMs: number;
  idleSinceMs: number;
  /** Requests that were given a stream, those before `send` included. */
  active = 0;
  /** Over the connection's life. */
  requests = 0;
  /** The peer's SETTINGS have come. */
  settled = false;
  /** False after GOAWAY and when it is closed: a stream that is opened now would never be answered. */
  opens = true;
  readonly codec: Http2Codec;
  readonly #host: LaneHost;
  readonly #owner: ConnectionOwner<Http2Connection>;
  #unsettled: Http2Stream[] = [];
  #introduced = false;
  /** No new streams. */
  #retired = false;
  #left = false;
  #ended = false;
  #flushing = false;
  #receiving = false;
  #released = false;
  /** Bytes came since the last beat. */
  #heard = true;
  #heardAtMs: number;
  #pingedAtMs = -1;

  constructor(
    wire: Wire,
    endpoint: Endpoint,
    peerUri: string | undefined,
    host: LaneHost,
    owner: ConnectionOwner<Http2Connection>,
  ) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.tls = endpoint.tls;
    this.peerUri = peerUri;
    this.#host = host;
    this.#owner = owner;
    this.madeAtMs = host.nowMs;
    this.idleSinceMs = host.nowMs;
    this.#heardAtMs = host.nowMs;
    this.codec = createHttp2Client({ output: this, sink: this, now: () => host.clock.monotonic() });
    wire.sink = this;
  }

  /** Requests that it takes now. */
  room(): number {
    if (this.#retired || this.#left) return 0;
    const { http, limits } = this.#host.cluster;
    if (limits.requestsPerConnectionMax > 0 && this.requests >= limits.requestsPerConnectionMax) return 0;
    // Requests that have not sent their heads yet will take of what the peer allows.
    const unopened = Math.max(0, this.active - this.codec.openStreams);
    return Math.min(http.streamsMax - this.active, this.codec.streamsLeft - unopened);
  }

  lend(client: UpstreamClient): void {
    const stream = new Http2Stream(this, client, this.requests > 0);
    this.active += 1;
    this.requests += 1;
    client.onUpstreamReady(stream);
  }

  /** A stream is over. */
  release(): void {
    this.active -= 1;
    if (this.active === 0) this.idleSinceMs = this.#host.nowMs;
    this.#owner.onReleased(this);
    // In the middle of a read the codec still counts the stream.
    if (!this.#receiving) this.#afterRelease();
    else this.#released = true;
  }

  #afterRelease(): void {
    this.#released = false;
    if (this.#left) return;
    const worn = this.#host.cluster.limits.requestsPerConnectionMax;
    const closing = this.#retired || this.#host.closing || (worn > 0 && this.requests >= worn);
    if (closing && this.active === 0) this.retire();
    else this.#owner.onRoom();
  }

  /** True once: what every request of the connection has in common goes with the first. */
  introduce(): boolean {
    const first = !this.#introduced && this.tls !== undefined;
    this.#introduced = true;
    return first;
  }

  /** A stream that must know the peer's SETTINGS first; it hears `onSettings`. */
  awaitSettings(stream: Http2Stream): void {
    this.#unsettled.push(stream);
  }

  /** No new streams; GOAWAY and the end when the last one is over. */
  retire(): void {
    this.#retired = true;
    if (this.#left || this.active > 0) return;
    this.#leave();
    this.codec.shutdown();
    this.codec.flush();
    this.#end();
  }

  /** PINGs where the cluster wants them. @param nowMs one beat after the last call. */
  keepAlive(nowMs: number): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#host.cluster.http;
    if (this.#heard) {
      this.#heard = false;
      this.#heardAtMs = nowMs;
    }
    if (pingIntervalMs <= 0) return;
    if (this.#pingedAtMs >= 0) {
      if (nowMs - this.#pingedAtMs >= pingTimeoutMs) this.#fail('no answer to PING');
    } else if (nowMs - this.#heardAtMs >= pingIntervalMs) {
      this.#pingedAtMs = nowMs;
      this.codec.ping();
    }
  }

  // What the wire says.

  onData(chunk: Buffer): void {
    this.#heard = true;
    this.#receiving = true;
    this.codec.receive(chunk);
    this.#receiving = false;
    if (this.#released) this.#afterRelease();
  }

  onEnd(): void {
    this.#retired = true;
    this.codec.receiveEnd('');
    this.#leave();
    this.#end();
  }

  onDrain(): void {
    this.codec.onOutputDrain();
  }

  onClose(): void {
    this.#ended = true;
    this.#retired = true;
    this.codec.receiveEnd(this.wire.errorCode);
    this.#leave();
  }

  // What the codec says.

  write(bytes: Buffer): boolean {
    return this.wire.write(bytes);
  }

  drained(): boolean {
    return this.wire.drained;
  }

  requestFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#host.flushes.add(this);
  }

  flush(): void {
    this.#flushing = false;
    if (!this.#ended) this.codec.flush();
  }

  close(now: boolean): void {
    if (now) {
      this.#ended = true;
      this.wire.destroy();
    } else this.#end();
  }

  onRequest(): Http2StreamSink {
    return deafStream;
  }

  onSettings(): void {
    this.settled = true;
    const waiting = this.#unsettled;
    this.#unsettled = [];
    for (const stream of waiting) stream.onSettings();
    this.#owner.onRoom();
  }

  onGoaway(): void {
    this.#retired = true;
    this.opens = false;
    if (this.active === 0) this.retire();
  }

  onClosed(): void {
    this.#leave();
    this.#end();
  }

  onIdle(): void {}

  onPong(): void {
    this.#pingedAtMs = -1;
  }

  #fail(reason: string): void {
    this.#retired = true;
    this.#ended = true;
    this.wire.destroy();
    this.codec.receiveEnd(reason);
    this.#leave();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.wire.sink = deafSink;
    this.wire.resume();
    this.wire.end();
    this.#owner.linger(this.wire);
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#retired = true;
    this.opens = false;
    for (const stream of this.#unsettled.splice(0)) stream.onLost();
    this.#owner.onGone(this, false);
  }
}

const deafStream: Http2StreamSink = {
  onHead(_head: ResponseHead) {},
  onInformational(_head: ResponseHead) {},
  onData() {},
  onTrailers() {},
  onDrain() {},
  onReset() {},
};

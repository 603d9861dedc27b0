/** One HTTP/1 connection to an endpoint: idle, or lent to one request at a time. */

import type { Endpoint, UpstreamTls } from '@weft/data-runtime';
import type { ConnectionOwner } from '../connection-owner.ts';
import type { Flushable, FlushQueue } from '../flush-queue.ts';
import type { UpstreamClient } from '../upstream-stream.ts';
import { deafSink, type Wire, type WireSink } from '../wire.ts';
import { AnswerReader } from './answer-reader.ts';
import type { RequestOutput } from './request-text.ts';
import { Http1Stream } from './stream.ts';

export class Http1Connection implements WireSink, Flushable, RequestOutput {
  readonly wire: Wire;
  readonly endpoint: Endpoint;
  /** As it was when the connection was made: another one now means another identity. */
  readonly tls: UpstreamTls | undefined;
  readonly peerUri: string | undefined;
  /** Coarse time, monotonic. */
  readonly madeAtMs: number;
  idleSinceMs = 0;
  /** How long it may stay idle: what the server said. */
  idleLimitMs = Number.POSITIVE_INFINITY;
  /** Requests that it was given. */
  requests = 0;
  /** Of the lane when it was made. */
  generation = 0;
  /** Trailers are taken and sent. */
  readonly trailers: boolean;
  readonly #owner: ConnectionOwner<Http1Connection>;
  readonly #answers: AnswerReader;
  readonly #flushes: FlushQueue;
  /** Text that leaves when the reads of this turn are over. */
  #text = '';
  #queued = false;
  #stream: Http1Stream | undefined;
  #taken = false;
  #gone = false;

  constructor(
    wire: Wire,
    endpoint: Endpoint,
    peerUri: string | undefined,
    { nowMs, flushes }: { readonly nowMs: number; readonly flushes: FlushQueue },
    owner: ConnectionOwner<Http1Connection>,
    trailers = false,
  ) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.tls = endpoint.tls;
    this.peerUri = peerUri;
    this.madeAtMs = nowMs;
    this.#owner = owner;
    this.#flushes = flushes;
    this.trailers = trailers;
    this.#answers = new AnswerReader(this, trailers);
    wire.sink = this;
  }

  get usable(): boolean {
    return !this.#gone && !this.wire.ended && !this.wire.closed;
  }

  get lent(): boolean {
    return this.#stream !== undefined || this.#taken;
  }

  /** Gives the connection to a client; for the lane. */
  lend(client: UpstreamClient): void {
    const stream = new Http1Stream(this, client, this.requests > 0);
    this.requests += 1;
    this.#stream = stream;
    this.#answers.start();
    client.onUpstreamReady(stream);
  }

  writeText(text: string): boolean {
    this.#text += text;
    if (!this.#queued) {
      this.#queued = true;
      this.#flushes.add(this);
    }
    return !this.wire.needsDrain;
  }

  writePart(head: string, bytes: Buffer, from: number, to: number, tail: string): boolean {
    const text = this.#text + head;
    this.#text = '';
    return this.wire.writePart(text, bytes, from, to, tail);
  }

  /** Now, whatever is gathered. */
  flush(): void {
    this.#queued = false;
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.wire.write(text);
  }

  /** After a whole exchange. @param keepAliveSeconds what the server said it keeps it; 0: not said. */
  release(keepAliveSeconds: number): void {
    this.#stream = undefined;
    if (keepAliveSeconds > 0) this.idleLimitMs = Math.max(0, keepAliveSeconds * 1_000 - 1_500);
    this.wire.resume();
    this.#owner.onReleased(this);
  }

  /** Closes it at once. */
  destroy(): void {
    if (this.#gone) return;
    this.#text = '';
    this.wire.destroy();
    this.#leave();
  }

  /** Takes the wire out for a tunnel; it counts as a request in flight until `finish`. */
  take(): Wire {
    this.flush();
    this.#taken = true;
    this.#stream = undefined;
    this.wire.sink = deafSink;
    return this.wire;
  }

  /** Ends the account of a wire that was taken and closes by itself. */
  finish(): void {
    if (this.#taken && !this.#gone) this.#leave();
  }

  /** The client has sent all of a tunnel whose wire it did not take. */
  endRaw(): void {
    this.flush();
    this.wire.end();
    if (!this.#answers.rawEnded) return;
    if (this.#stream !== undefined) this.#stream.over = true;
    this.#owner.linger(this.wire);
    this.#leave();
  }

  onData(chunk: Buffer): void {
    // An idle connection has nothing to say: what comes belongs to no request.
    if (this.#stream === undefined) this.destroy();
    else this.#answers.onData(this.#stream, chunk);
  }

  onEnd(): void {
    if (this.#stream === undefined) this.destroy();
    else this.#answers.onEnd(this.#stream);
  }

  onDrain(): void {
    this.#stream?.client.onUpstreamDrain();
  }

  onClose(): void {
    if (this.#gone) return;
    if (this.#stream === undefined) this.#leave();
    else this.#answers.onBroken(this.#stream);
  }

  #leave(): void {
    this.#gone = true;
    this.#text = '';
    const { lent } = this;
    this.#stream = undefined;
    this.#taken = false;
    this.#owner.onGone(this, lent);
  }
}

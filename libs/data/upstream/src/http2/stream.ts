/** One request on an HTTP/2 connection, both directions. */

import type { Endpoint } from '@weft/data-runtime';
import type { ResponseHead } from '@weft/http';
import type { Http2Stream as CodecStream, Http2Reset, Http2StreamSink } from '@weft/http2';
import type { OutgoingHead, ResetReason, UpstreamClient, UpstreamStream } from '../upstream-stream.ts';
import type { Http2Connection } from './connection.ts';
import { withIntroduction } from './introduction.ts';

const noBytes = Buffer.alloc(0);
const cancelCode = 8;
const refusedStreamCode = 7;

/** Deaf once its answer is whole or it was reset. */
export class Http2Stream implements UpstreamStream, Http2StreamSink {
  readonly protocol = 'HTTP/2';
  readonly reused: boolean;
  readonly #connection: Http2Connection;
  readonly #client: UpstreamClient;
  #stream: CodecStream | undefined;
  #over = false;
  #requestDone = false;
  /** Waits for the peer's SETTINGS. */
  #held: OutgoingHead | undefined;

  constructor(connection: Http2Connection, client: UpstreamClient, reused: boolean) {
    this.#connection = connection;
    this.#client = client;
    this.reused = reused;
  }

  get endpoint(): Endpoint {
    return this.#connection.endpoint;
  }

  get localAddress(): string {
    return this.#connection.wire.localAddress;
  }

  get peerUri(): string | undefined {
    return this.#connection.peerUri;
  }

  send(head: OutgoingHead, bytes: Buffer | undefined, from: number, to: number, end: boolean): boolean {
    if (this.#over) return true;
    const connection = this.#connection;
    if (!connection.opens) {
      this.#fail('upstream_closed', 'remote_refused_stream_reset', true, 'the connection is closing');
      return true;
    }
    if (head.upgrade !== '' && !connection.codec.extendedConnect) {
      if (connection.settled) return this.#refuseUpgrade();
      // Whether the peer takes an extended CONNECT is said by its SETTINGS.
      this.#held = { ...head, fields: [...head.fields] };
      connection.awaitSettings(this);
      return false;
    }
    const whole = end && to === from;
    this.#requestDone = end;
    const fields = connection.introduce() ? withIntroduction(head.fields, head.introduction) : head.fields;
    const stream = connection.codec.request(fields === head.fields ? head : { ...head, fields }, whole, this);
    this.#stream = stream;
    return to > from && bytes !== undefined ? stream.data(bytes, from, to, end) : true;
  }

  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const stream = this.#stream;
    if (this.#over || this.#requestDone || stream === undefined) return true;
    this.#requestDone = end;
    return to > from || end ? stream.data(bytes, from, to, end) : true;
  }

  trailers(fields: readonly string[]): void {
    if (this.#over || this.#requestDone) return;
    this.#requestDone = true;
    this.#stream?.trailers(fields);
  }

  pause(): void {
    if (!this.#over) this.#stream?.pause();
  }

  resume(): void {
    if (!this.#over) this.#stream?.resume();
  }

  reset(): void {
    if (this.#over) return;
    this.#stream?.reset(cancelCode);
    this.#finish();
  }

  takeWire(): undefined {
    return undefined;
  }

  finishTunnel(): void {}

  /** The peer's SETTINGS have come. */
  onSettings(): void {
    const head = this.#held;
    this.#held = undefined;
    if (this.#over || head === undefined) return;
    this.send(head, undefined, 0, 0, false);
    if (this.#stream !== undefined) this.#client.onUpstreamDrain();
  }

  /** The connection ended before the request could be sent. */
  onLost(): void {
    this.#fail('upstream_closed', 'connection_termination', true, '');
  }

  // What the codec says.

  onInformational(head: ResponseHead): void {
    if (!this.#over) this.#client.onUpstreamInformational(head);
  }

  onHead(head: ResponseHead): void {
    if (this.#over) return;
    const end = head.framing === 'none';
    if (end) this.#finishAnswer();
    this.#client.onUpstreamHead(head, noBytes, 0, 0, end);
  }

  onData(bytes: Buffer, from: number, to: number, end: boolean): void {
    if (this.#over) return;
    if (end) this.#finishAnswer();
    this.#client.onUpstreamBody(bytes, from, to, end);
  }

  onTrailers(fields: string[]): void {
    if (this.#over) return;
    this.#finishAnswer();
    this.#client.onUpstreamTrailers(fields);
  }

  onDrain(): void {
    if (!this.#over) this.#client.onUpstreamDrain();
  }

  onReset(reset: Http2Reset): void {
    if (reset.kind === 'violation') {
      this.#fail('upstream_malformed', 'protocol_error', false, reset.reason);
      return;
    }
    const refused = reset.kind === 'goaway' || (reset.kind === 'remote' && reset.errorCode === refusedStreamCode);
    const why: ResetReason = refused
      ? 'remote_refused_stream_reset'
      : reset.kind === 'remote'
        ? 'remote_reset'
        : 'connection_termination';
    this.#fail('upstream_closed', why, reset.unprocessed, reset.reason);
  }

  #refuseUpgrade(): boolean {
    this.#fail('upstream_malformed', 'protocol_error', true, 'the endpoint takes no extended CONNECT');
    return true;
  }

  #fail(code: 'upstream_closed' | 'upstream_malformed', why: ResetReason, unprocessed: boolean, detail: string): void {
    if (this.#over) return;
    this.#finish();
    this.#client.onUpstreamReset(code, why, unprocessed, detail);
  }

  /** The answer is whole; what is left of the request nobody wants (RFC 9113 section 8.1). */
  #finishAnswer(): void {
    if (!this.#requestDone) this.#stream?.reset(cancelCode);
    this.#finish();
  }

  #finish(): void {
    this.#over = true;
    this.#held = undefined;
    this.#connection.release();
  }
}

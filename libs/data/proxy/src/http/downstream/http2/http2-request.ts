/** One HTTP/2 request: what the stream tells becomes the exchange's, and its answer the stream's. Used again for other streams. */

import type { ConnectionInfo, Exchange } from '@weft/data-runtime';
import type { Framing, RequestHead } from '@weft/http';
import { type Http2Reset, type Http2Stream, type Http2StreamSink, http2ErrorCodes } from '@weft/http2';
import { HttpExchange } from '../../exchange.ts';
import type { HttpContext } from '../../http-context.ts';
import type { Downstream } from '../downstream.ts';

const nothing = Buffer.alloc(0);

/** Hears of streams whose exchange is over. */
export const deafStream: Http2StreamSink = {
  onHead() {},
  onInformational() {},
  onData() {},
  onTrailers() {},
  onDrain() {},
  onReset() {},
};

/** What a request tells its connection. */
export interface Http2RequestOwner {
  /** Its stream is done with: it may serve another. */
  onRequestDone(request: Http2Request): void;
}

export class Http2Request implements Http2StreamSink, Downstream {
  readonly exchange: HttpExchange;
  /** Nothing: not in use. */
  stream: Http2Stream | undefined;
  /** Among the open ones of its connection; -1: none of them. Its connection's alone. */
  place = -1;
  readonly #owner: Http2RequestOwner;

  constructor(owner: Http2RequestOwner, context: HttpContext, info: ConnectionInfo, kept: Exchange['kept']) {
    this.#owner = owner;
    this.exchange = new HttpExchange(context, info, kept, this);
  }

  begin(stream: Http2Stream, head: RequestHead, ended: boolean): void {
    this.stream = stream;
    this.exchange.begin(head, nothing, 0, 0, ended);
  }

  /** Servers do not hear these. */
  onHead(): void {}
  onInformational(): void {}

  onData(bytes: Buffer, from: number, to: number, end: boolean): void {
    if (end || to > from) this.exchange.onRequestBody(bytes, from, to, end);
  }

  onTrailers(fields: string[]): void {
    this.exchange.onRequestTrailers(fields);
  }

  onDrain(): void {
    this.exchange.onDownstreamDrain();
  }

  onReset(reset: Http2Reset): void {
    this.stream = undefined;
    const detail = reset.kind === 'connection' ? 'downstream_remote_disconnect' : 'http2.remote_reset';
    if (this.exchange.active) {
      if (reset.kind === 'violation') this.exchange.reason = reset.reason;
      const flag = reset.kind === 'connection' ? 'DC' : 'DR';
      this.exchange.onDownstreamClosed(reset.kind === 'violation' ? 'http2.violation.of.messaging.rule' : detail, flag);
    }
    this.#owner.onRequestDone(this);
  }

  informational(status: number, fields: readonly string[]): void {
    this.stream?.respond(status, fields, false);
  }

  head(
    status: number,
    _reason: string,
    fields: string[],
    _framing: Framing,
    bytes: Buffer,
    from: number,
    to: number,
    end: boolean,
  ): boolean {
    const { stream } = this;
    if (stream === undefined) return true;
    this.exchange.responseHeadBytes = sizeOf(fields);
    const bare = from === to;
    // An upgrade that was accepted is a plain 200 here (RFC 8441).
    stream.respond(status === 101 ? 200 : status, fields, end && bare);
    return bare || stream.data(bytes, from, to, end);
  }

  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    return this.stream?.data(bytes, from, to, end) ?? true;
  }

  trailers(fields: readonly string[]): void {
    if (fields.length === 0) this.stream?.data(nothing, 0, 0, true);
    else this.stream?.trailers(fields);
  }

  pauseRequest(): void {
    this.stream?.pause();
  }

  resumeRequest(): void {
    this.stream?.resume();
  }

  finished(requestEnded: boolean): void {
    this.#end(requestEnded ? undefined : http2ErrorCodes.NO_ERROR);
  }

  broken(): void {
    this.#end(http2ErrorCodes.INTERNAL_ERROR);
  }

  #end(errorCode: number | undefined): void {
    const { stream } = this;
    if (stream === undefined) return;
    this.stream = undefined;
    stream.sink = deafStream;
    if (errorCode !== undefined) stream.reset(errorCode);
    this.#owner.onRequestDone(this);
  }
}

/** What the head would be without compression: comparable between versions. */
function sizeOf(fields: readonly string[]): number {
  let size = 0;
  for (let i = 0; i < fields.length; i += 1) size += (fields[i] as string).length + 2;
  return size;
}

/** Reads the answers of one HTTP/1 connection and tells the request's client. */

import type { ResponseHead } from '@weft/http';
import {
  BodyReader,
  HeadReader,
  type Http1Rule,
  headIncomplete,
  headViolated,
  http1Rules,
  parseResponseHead,
} from '@weft/http1';
import { upstreamLimits } from '../limits.ts';
import type { Http1Connection } from './connection.ts';
import type { Http1Stream } from './stream.ts';

const noBytes = Buffer.alloc(0);

/** One per connection, started anew for each request. */
export class AnswerReader {
  readonly #connection: Http1Connection;
  readonly #heads = new HeadReader();
  readonly #body: BodyReader;
  #head: ResponseHead | undefined;
  /** Not a byte of an answer came. */
  #untouched = true;
  #informational = 0;
  /** In a tunnel: the endpoint will send no more. */
  #rawEnded = false;

  /** @param keepTrailers false: trailers are dropped. */
  constructor(connection: Http1Connection, keepTrailers: boolean) {
    this.#connection = connection;
    this.#body = new BodyReader(keepTrailers);
  }

  start(): void {
    this.#heads.reset();
    this.#head = undefined;
    this.#untouched = true;
    this.#informational = 0;
  }

  get rawEnded(): boolean {
    return this.#rawEnded;
  }

  onData(stream: Http1Stream, chunk: Buffer): void {
    this.#untouched = false;
    if (!stream.sent) this.#malformed(stream, 'status-line');
    else if (this.#head === undefined) this.#readHead(stream, chunk, 0);
    else this.#readBody(stream, chunk, 0, chunk.length);
  }

  /** The endpoint will send no more. */
  onEnd(stream: Http1Stream): void {
    if (stream.raw) {
      this.#rawEnded = true;
      stream.client.onUpstreamBody(noBytes, 0, 0, true);
      if (stream.requestDone && !stream.over) this.#connection.endRaw();
    } else if (this.#head?.framing === 'close') {
      this.#finish(stream, false);
      stream.client.onUpstreamBody(noBytes, 0, 0, true);
    } else this.onBroken(stream);
  }

  /** The connection broke, or ended in the middle of an answer. */
  onBroken(stream: Http1Stream): void {
    stream.over = true;
    this.#connection.destroy();
    const unprocessed = stream.reused && this.#untouched;
    // A body that is cut short is malformed, as Envoy's codec finds.
    const cut = this.#head !== undefined;
    stream.client.onUpstreamReset(
      cut ? 'upstream_malformed' : 'upstream_closed',
      cut ? 'protocol_error' : 'connection_termination',
      unprocessed,
      this.#connection.wire.errorCode,
    );
  }

  #readHead(stream: Http1Stream, chunk: Buffer, from: number): void {
    const reader = this.#heads;
    const end = reader.feed(chunk, from);
    if (end === headIncomplete) return;
    if (end === headViolated) {
      this.#malformed(stream, reader.violation as Http1Rule);
      return;
    }
    const head = parseResponseHead(reader.bytes, reader.start, end, stream.method);
    if (typeof head === 'string') this.#malformed(stream, head);
    else if (head.status === 101 || (stream.method === 'CONNECT' && head.status >= 200 && head.status < 300)) {
      this.#startTunnel(stream, head, reader.bytes, end, reader.limit);
    } else if (head.status >= 200) this.#startAnswer(stream, head, reader.bytes, end, reader.limit);
    else this.#inform(stream, head, reader.bytes, end, reader.limit);
  }

  #inform(stream: Http1Stream, head: ResponseHead, bytes: Buffer, from: number, limit: number): void {
    this.#informational += 1;
    if (this.#informational > upstreamLimits.informationalMax) {
      this.#malformed(stream, 'status-line');
      return;
    }
    // The reader's buffer is used again for what follows.
    const rest = from < limit ? Buffer.from(bytes.subarray(from, limit)) : undefined;
    stream.client.onUpstreamInformational(head);
    if (rest !== undefined && !stream.over) this.#readHead(stream, rest, 0);
  }

  #startTunnel(stream: Http1Stream, head: ResponseHead, bytes: Buffer, from: number, limit: number): void {
    if (head.status === 101) {
      if (head.upgrade === '') head.upgrade = stream.upgrade;
      if (stream.upgrade === '' || head.upgrade.toLowerCase() !== stream.upgrade.toLowerCase()) {
        this.#malformed(stream, 'upgrade-unasked');
        return;
      }
    }
    this.#head = head;
    this.#body.start('close', 0);
    stream.raw = true;
    stream.client.onUpstreamHead(head, bytes, from, limit, false);
  }

  #startAnswer(stream: Http1Stream, head: ResponseHead, bytes: Buffer, from: number, limit: number): void {
    const body = this.#body;
    const { client } = stream;
    this.#head = head;
    body.start(head.framing, head.contentLength);
    const at = body.next(bytes, from, limit);
    if (at < 0) {
      this.#malformed(stream, body.violation as Http1Rule);
      return;
    }
    const { dataFrom, dataTo, trailers } = body;
    if (!body.done) {
      client.onUpstreamHead(head, bytes, dataFrom, dataTo, false);
      if (at < limit && !stream.over) this.#readBody(stream, bytes, at, limit);
      return;
    }
    this.#finish(stream, at === limit);
    client.onUpstreamHead(head, bytes, dataFrom, dataTo, trailers.length === 0);
    if (trailers.length > 0 && !stream.dropped) client.onUpstreamTrailers(trailers);
  }

  #readBody(stream: Http1Stream, bytes: Buffer, from: number, limit: number): void {
    const body = this.#body;
    const { client } = stream;
    for (let at = from; at < limit && !stream.over; ) {
      at = body.next(bytes, at, limit);
      if (at < 0) {
        this.#malformed(stream, body.violation as Http1Rule);
        return;
      }
      const { dataFrom, dataTo, trailers } = body;
      if (body.done) {
        this.#finish(stream, at === limit);
        if (trailers.length === 0) client.onUpstreamBody(bytes, dataFrom, dataTo, true);
        else {
          if (dataTo > dataFrom) client.onUpstreamBody(bytes, dataFrom, dataTo, false);
          if (!stream.dropped) client.onUpstreamTrailers(trailers);
        }
        return;
      }
      if (dataTo > dataFrom) client.onUpstreamBody(bytes, dataFrom, dataTo, false);
    }
  }

  /** The answer is whole: the connection is free before its client hears of it, whose next request may want it. @param clean nothing came after it. */
  #finish(stream: Http1Stream, clean: boolean): void {
    const head = this.#head as ResponseHead;
    stream.over = true;
    this.#head = undefined;
    if (clean && stream.requestDone && head.keepAlive) this.#connection.release(head.keepAliveSeconds);
    else this.#connection.destroy();
  }

  #malformed(stream: Http1Stream, rule: Http1Rule): void {
    stream.over = true;
    this.#connection.destroy();
    const detail = `${rule}: ${http1Rules[rule].says}`;
    stream.client.onUpstreamReset('upstream_malformed', 'protocol_error', false, detail);
  }
}

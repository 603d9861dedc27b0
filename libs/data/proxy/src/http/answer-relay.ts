/** The way back: the endpoint's answer read, changed by the stages and written; and the answers made here. */

import {
  BodyReader,
  encodeChunk,
  HeadReader,
  type Http1Rule,
  headIncomplete,
  headViolated,
  http1Rules,
  lastChunk,
  parseResponseHead,
  type ResponseHead,
  serializeResponseHead,
} from '@weft/http1';
import type { HttpExchange } from './exchange.ts';
import { httpLimits } from './limits.ts';

export class AnswerRelay {
  /** The connection in use had served a request before. */
  reused = false;
  /** Not a byte of an answer came. */
  untouched = true;
  readonly #exchange: HttpExchange;
  readonly #reader = new HeadReader();
  readonly #body = new BodyReader();
  #head: ResponseHead | undefined;
  #chunking = false;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** An attempt begins. */
  start(): void {
    this.reused = this.#exchange.upstream?.reused === true;
    this.untouched = true;
    this.#reader.reset();
    this.#head = undefined;
    this.#chunking = false;
  }

  onData(chunk: Buffer): void {
    this.untouched = false;
    if (this.#head !== undefined) this.#relayBody(chunk);
    else this.#readHead(chunk, 0);
  }

  /** The endpoint will send no more. @returns false: the answer is not whole. */
  onEnd(): boolean {
    if (this.#head === undefined || this.#head.framing !== 'close') return false;
    this.#exchange.host.wire.write(lastChunk);
    this.#finish(false);
    return true;
  }

  /** An answer made here. */
  local(status: number, fields: readonly string[], body: string): void {
    const exchange = this.#exchange;
    const { host } = exchange;
    exchange.status = status;
    exchange.responseFields = [...fields];
    if (body !== '') exchange.responseFields.push('content-type', 'text/plain');
    const bodyless = status === 204 || status === 304;
    if (!bodyless) exchange.responseFields.push('content-length', String(Buffer.byteLength(body)));
    for (const stage of host.path.response) stage(exchange);
    const keep = exchange.request.keepAlive && exchange.body.done && exchange.request.method !== '' && !host.closing;
    const head = serializeResponseHead(status, '', exchange.responseFields, keep ? '' : 'connection: close\r\n');
    exchange.responseHeadBytes = head.length;
    const text = bodyless || exchange.request.method === 'HEAD' ? '' : body;
    exchange.bytesSent = Buffer.byteLength(text);
    host.wire.write(text === '' ? head : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(text)]));
    exchange.complete();
    host.onExchangeDone(keep);
  }

  #readHead(chunk: Buffer, from: number): void {
    const reader = this.#reader;
    const end = reader.feed(chunk, from);
    if (end === headIncomplete) return;
    if (end === headViolated) {
      this.#malformed(reader.violation as Http1Rule);
      return;
    }
    const head = parseResponseHead(reader.bytes, reader.start, end, this.#exchange.request.method);
    if (typeof head === 'string') this.#malformed(head);
    else if (head.status === 101) this.#switch(head, reader.bytes.subarray(end, reader.limit));
    else if (head.status >= 200) this.#startAnswer(head, reader.bytes, end, reader.limit);
    else if (end < reader.limit) this.#readHead(Buffer.from(reader.bytes.subarray(end, reader.limit)), 0);
  }

  #startAnswer(head: ResponseHead, bytes: Buffer, from: number, limit: number): void {
    const exchange = this.#exchange;
    const { host } = exchange;
    const body = this.#body;
    body.start(head.framing, head.contentLength);
    const to = body.consume(bytes, from, limit);
    if (to < 0) {
      this.#malformed(body.violation as Http1Rule);
      return;
    }
    this.#head = head;
    exchange.status = head.status;
    exchange.details = 'via_upstream';
    exchange.responseFields = head.fields;
    exchange.upstreamServiceMs = Math.round(host.clock.monotonic() - exchange.startedMonotonicMs);
    for (const stage of host.path.response) stage(exchange);
    let tail = exchange.request.keepAlive && !host.closing ? '' : 'connection: close\r\n';
    if (head.framing === 'close') {
      this.#chunking = true;
      tail += 'transfer-encoding: chunked\r\n';
    }
    const text = serializeResponseHead(head.status, head.reason, head.fields, tail);
    exchange.responseHeadBytes = text.length;
    exchange.bytesSent = to - from;
    const room = this.#writeFirst(text, bytes, from, to);
    if (body.done) this.#finish(to === limit);
    else if (!room) exchange.upstream?.wire.pause();
  }

  #writeFirst(text: string, bytes: Buffer, from: number, to: number): boolean {
    const { wire } = this.#exchange.host;
    const length = to - from;
    if (length === 0) return wire.write(text);
    if (length <= httpLimits.joinedBodyBytesMax && !this.#chunking) {
      return wire.write(text + bytes.toString('latin1', from, to));
    }
    wire.socket.cork();
    wire.write(text);
    const room = wire.write(this.#part(bytes, from, to));
    wire.socket.uncork();
    return room;
  }

  /** A copy, because the read buffer is used again, framed where the client needs it. */
  #part(bytes: Buffer, from: number, to: number): Buffer {
    const part = bytes.subarray(from, to);
    return this.#chunking ? encodeChunk(part) : Buffer.from(part);
  }

  #relayBody(chunk: Buffer): void {
    const exchange = this.#exchange;
    const body = this.#body;
    const to = body.consume(chunk, 0, chunk.length);
    if (to < 0) {
      this.#malformed(body.violation as Http1Rule);
      return;
    }
    exchange.bytesSent += to;
    const room = exchange.host.wire.write(this.#part(chunk, 0, to));
    if (body.done) this.#finish(to === chunk.length);
    else if (!room) exchange.upstream?.wire.pause();
  }

  /** The answer is whole. @param clean nothing came after it. */
  #finish(clean: boolean): void {
    const exchange = this.#exchange;
    const { upstream, host } = exchange;
    const head = this.#head as ResponseHead;
    exchange.upstream = undefined;
    const requestDone = exchange.body.done;
    if (clean && requestDone && head.keepAlive && upstream?.usable === true) upstream.release(head.keepAliveSeconds);
    else upstream?.destroy();
    exchange.complete();
    host.onExchangeDone(requestDone && exchange.request.keepAlive && !host.closing);
  }

  #switch(head: ResponseHead, early: Buffer): void {
    const exchange = this.#exchange;
    const { upstream, host } = exchange;
    const asked = exchange.request.upgrade;
    const given = head.upgrade === '' ? asked : head.upgrade;
    if (asked === '' || upstream === undefined || given.toLowerCase() !== asked.toLowerCase()) {
      this.#malformed('upgrade-unasked');
      return;
    }
    exchange.status = 101;
    exchange.details = 'via_upstream';
    exchange.responseFields = head.fields;
    for (const stage of host.path.response) stage(exchange);
    const tail = `connection: upgrade\r\nupgrade: ${given}\r\n`;
    const text = serializeResponseHead(101, head.reason, head.fields, tail);
    exchange.responseHeadBytes = text.length;
    host.onTunnel(upstream, text, early.length === 0 ? undefined : Buffer.from(early));
  }

  #malformed(rule: Http1Rule): void {
    const when = this.#head === undefined ? 'before' : 'after';
    const detail = `upstream_reset_${when}_response_started{protocol_error}`;
    this.#exchange.transportFailure = rule;
    this.#exchange.fail('upstream_malformed', detail, `${rule}: ${http1Rules[rule].says}`);
  }
}

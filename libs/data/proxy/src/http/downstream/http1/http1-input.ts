/** What is read of an HTTP/1 client: heads and bodies for its exchange, one request after another; what comes ahead of its turn waits here. */

import type { HttpHandlerTable } from '@weft/data-runtime';
import type { Wire } from '@weft/data-upstream';
import type { RequestHead } from '@weft/http';
import {
  BodyReader,
  HeadReader,
  type Http1Rule,
  headIncomplete,
  headViolated,
  http1Rules,
  parseRequestHead,
  type RequestRules,
  refusedRequestHead,
} from '@weft/http1';
import { type ErrorCode, errorTable } from '@weft/kernel';
import { type HttpExchange, noRequest } from '../../exchange.ts';
import { bodyOfRule, detailOfRule } from './early-answers.ts';

/** Between requests, in one, carrying bytes for a tunnel, waiting for the client to close, closed. */
export type Http1State = 'head' | 'exchange' | 'tunnel' | 'linger' | 'closed';

export interface Http1InputOwner {
  /** Read again after each call of the exchange, which may have changed it. */
  readonly state: Http1State;
  /** A request begins: the state is `exchange`. @param refused its answer is the connection's last. */
  onRequest(refused: boolean): void;
}

const CR = 0x0d;
const LF = 0x0a;

export class Http1Input {
  /** Begun so far, refused ones too. */
  requests = 0;
  /** The rest of this request is not to be read. */
  requestOver = false;
  readonly #owner: Http1InputOwner;
  readonly #wire: Wire;
  readonly #table: HttpHandlerTable;
  readonly #rules: RequestRules;
  readonly #exchange: HttpExchange;
  readonly #reader: HeadReader;
  readonly #body: BodyReader;
  #backlog: Buffer | undefined;
  #reading = false;

  constructor(
    owner: Http1InputOwner,
    wire: Wire,
    table: HttpHandlerTable,
    rules: RequestRules,
    exchange: HttpExchange,
  ) {
    this.#owner = owner;
    this.#wire = wire;
    this.#table = table;
    this.#rules = rules;
    this.#exchange = exchange;
    this.#reader = new HeadReader(table.headBytesMax);
    this.#body = new BodyReader(table.http1Trailers === true);
  }

  /** A head has begun and is not whole. */
  get partial(): boolean {
    return this.#reader.partial;
  }

  /** All of the request's body was read. */
  get bodyDone(): boolean {
    return this.#body.done;
  }

  /** Something came ahead of its turn. */
  get holds(): boolean {
    return this.#backlog !== undefined;
  }

  /** Between requests: a head, or a part of one, and what follows it. */
  onHead(chunk: Buffer): void {
    this.#reading = true;
    this.#readHead(chunk, 0);
    this.#reading = false;
    if (this.#backlog !== undefined && this.#owner.state === 'head' && !this.#reader.partial) this.pump();
  }

  /** In a request: of its body, or ahead of its turn. */
  onBody(chunk: Buffer): void {
    if (this.#body.done) this.keep(chunk, 0, chunk.length);
    else this.#readBody(chunk, 0, chunk.length);
  }

  /** Holds what came ahead of its turn and reads no more, so that this is never more than one read. */
  keep(bytes: Buffer, from: number, to: number): void {
    const part = bytes.subarray(from, to);
    this.#backlog = this.#backlog === undefined ? Buffer.from(part) : Buffer.concat([this.#backlog, part]);
    this.#wire.pause();
  }

  /** Serves what was held, one request after another without recursion, as far as the client takes the answers. */
  pump(): void {
    if (this.#reading) return;
    this.#reading = true;
    while (this.#backlog !== undefined && this.#owner.state === 'head' && !this.#wire.needsDrain) {
      const bytes: Buffer = this.#backlog;
      this.#backlog = undefined;
      this.#readHead(bytes, 0);
    }
    this.#reading = false;
    if (this.#backlog === undefined && this.#owner.state === 'head') this.#wire.resume();
  }

  /** What was held is the caller's. */
  takeHeld(): Buffer | undefined {
    const held = this.#backlog;
    this.#backlog = undefined;
    return held;
  }

  /** Forgets what it has of requests to come. */
  drop(): void {
    this.#backlog = undefined;
    this.#reader.reset();
  }

  /** What was sent gets an answer and is not served. @param head what could be read of it. */
  refuse(code: ErrorCode, body: string, detail: string, reason: string, head = noRequest): void {
    this.requestOver = true;
    this.requests += 1;
    this.#owner.onRequest(true);
    this.#exchange.refuse(code, body, detail, reason, head);
  }

  #readHead(chunk: Buffer, first: number): void {
    const reader = this.#reader;
    let from = first;
    // Empty lines before a request are nothing (RFC 9112 section 2.2).
    if (!reader.partial) while (chunk[from] === CR && chunk[from + 1] === LF) from += 2;
    const end = reader.feed(chunk, from);
    if (end === headIncomplete) return;
    if (end === headViolated) {
      this.#refuseRule(reader.violation as Http1Rule);
      return;
    }
    const { bytes, limit } = reader;
    const head = parseRequestHead(bytes, reader.start, end, this.#rules);
    if (typeof head === 'string') {
      // All of it was read: as Envoy, the log has its path and its fields.
      this.#refuseRule(head, head === 'host-missing' ? refusedRequestHead(bytes, reader.start, end) : noRequest);
      return;
    }
    const unwanted = this.#unwanted(head);
    if (unwanted !== undefined) this.#refuseRule(unwanted);
    else this.#begin(head, bytes, end, limit);
  }

  #begin(head: RequestHead, bytes: Buffer, from: number, limit: number): void {
    const body = this.#body;
    body.start(head.framing, head.contentLength);
    const at = body.next(bytes, from, limit);
    if (at < 0) {
      this.#refuseRule(body.violation as Http1Rule, head);
      return;
    }
    this.requestOver = false;
    this.requests += 1;
    const number = this.requests;
    this.#owner.onRequest(false);
    if (body.done && at < limit) this.keep(bytes, at, limit);
    const trailing = body.done && body.trailers.length > 0;
    // What asks for a tunnel is not over with its head: the tunnel's bytes are its body.
    const tunnel = head.upgrade !== '' || head.method === 'CONNECT';
    this.#exchange.begin(head, bytes, body.dataFrom, body.dataTo, body.done && !trailing && !tunnel);
    if (number !== this.requests || this.#owner.state !== 'exchange') return;
    if (trailing) this.#exchange.onRequestTrailers(body.trailers);
    else if (at < limit && !body.done) this.#readBody(bytes, at, limit);
  }

  #unwanted(head: RequestHead): Http1Rule | undefined {
    if (head.absolute && !this.#table.allowAbsoluteUrl) return 'target-form';
    // Envoy takes this offer off: HTTP/2 would carry requests past the routes.
    if (head.upgrade !== '' && head.upgrade.toLowerCase() === 'h2c') head.upgrade = '';
    return undefined;
  }

  #readBody(chunk: Buffer, from: number, limit: number): void {
    const body = this.#body;
    const number = this.requests;
    let at = from;
    while (at < limit && !body.done) {
      at = body.next(chunk, at, limit);
      if (at < 0) {
        this.#failRule(body.violation as Http1Rule);
        return;
      }
      if (body.done && at < limit) this.keep(chunk, at, limit);
      const trailing = body.done && body.trailers.length > 0;
      const end = body.done && !trailing;
      if (end || body.dataTo > body.dataFrom) this.#exchange.onRequestBody(chunk, body.dataFrom, body.dataTo, end);
      if (number !== this.requests || this.#owner.state !== 'exchange') return;
      if (trailing) this.#exchange.onRequestTrailers(body.trailers);
    }
  }

  #refuseRule(rule: Http1Rule, head = noRequest): void {
    const { code, says } = http1Rules[rule];
    this.refuse(code, bodyOfRule(rule), detailOfRule(rule), `${rule}: ${says}`, head);
  }

  /** A request that was begun already. */
  #failRule(rule: Http1Rule): void {
    const { code, says } = http1Rules[rule];
    const { httpStatus } = errorTable[code];
    this.requestOver = true;
    this.#exchange.failWith(code, httpStatus, bodyOfRule(rule), detailOfRule(rule), `${rule}: ${says}`);
  }
}

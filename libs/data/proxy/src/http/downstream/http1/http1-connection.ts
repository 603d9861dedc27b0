/** One HTTP/1 client: heads are read from it, one exchange runs at a time, answers leave in the order of the requests. */

import type { HttpHandlerTable } from '@weft/data-runtime';
import type { Swept, Wire, WireSink } from '@weft/data-upstream';
import type { Framing, RequestHead } from '@weft/http';
import {
  BodyReader,
  chunkedLine,
  HeadReader,
  type Http1Rule,
  headIncomplete,
  headViolated,
  http1Rules,
  parseRequestHead,
  type RequestRules,
  refusedRequestHead,
  serializeResponseHead,
} from '@weft/http1';
import { type Clock, type ErrorCode, errorTable } from '@weft/kernel';
import { HttpExchange, noRequest } from '../../exchange.ts';
import { httpLimits } from '../../limits.ts';
import type { AcceptedConnection, ClientConnection, ConnectionOwner } from '../connection-owner.ts';
import type { Downstream } from '../downstream.ts';
import { answerTail, bodyless, isChunked, setZeroLength } from './answer-head.ts';
import { bodyOfRule, detailOfRule } from './early-answers.ts';
import { Http1Output } from './http1-output.ts';

/** Between requests, in one, carrying bytes for a tunnel, waiting for the client to close, closed. */
type State = 'head' | 'exchange' | 'tunnel' | 'linger' | 'closed';

const nothing = Buffer.alloc(0);
const noFields: readonly string[] = [];
const CR = 0x0d;
const LF = 0x0a;

/** Answers after which Envoy trusts the connection no more. */
const closingDetails: ReadonlySet<string> = new Set(['path_normalization_failed', 'http1.unexpected_underscore']);

export class Http1Connection implements WireSink, Swept, Downstream, ClientConnection {
  readonly #owner: ConnectionOwner;
  readonly #wire: Wire;
  readonly #table: HttpHandlerTable;
  readonly #clock: Clock;
  readonly #rules: RequestRules;
  readonly #exchange: HttpExchange;
  readonly #output: Http1Output;
  readonly #reader: HeadReader;
  readonly #body: BodyReader;
  readonly #openedAtMs: number;
  #state: State = 'head';
  #backlog: Buffer | undefined;
  #reading = false;
  #moved = true;
  #movedAtMs = 0;
  #requests = 0;
  /** The answer said that the connection ends. */
  #closing = false;
  #requestOver = false;

  constructor(wire: Wire, { owner, context, info }: AcceptedConnection, rules: RequestRules) {
    this.#owner = owner;
    this.#wire = wire;
    this.#table = context.table;
    this.#clock = context.clock;
    this.#rules = rules;
    this.#openedAtMs = context.clock.monotonic();
    this.#output = new Http1Output(wire, context.flushes);
    this.#reader = new HeadReader(context.table.headBytesMax);
    this.#body = new BodyReader(context.table.http1Trailers === true);
    this.#exchange = new HttpExchange(context, info, {}, this);
    wire.sink = this;
    owner.sweeper.add(this);
  }

  /** Nothing is under way on it. */
  get #idle(): boolean {
    return this.#state === 'head' && !this.#reader.partial;
  }

  drain(spareIdle = false): void {
    if (this.#idle && !spareIdle) this.#linger();
  }

  destroy(): void {
    if (this.#state === 'closed') return;
    this.#output.flush();
    this.#wire.destroy();
    this.onClose();
  }

  onData(chunk: Buffer): void {
    switch (this.#state) {
      case 'head':
        // The client does not take the last answer: what it sends meanwhile waits, behind what waits already.
        if (this.#backlog !== undefined || this.#wire.needsDrain) {
          this.#keep(chunk, 0, chunk.length);
          return;
        }
        // The time for a head runs from its first octet: one that drips does not get more.
        if (!this.#reader.partial) this.#moved = true;
        this.#reading = true;
        this.#readHead(chunk, 0);
        this.#reading = false;
        if (this.#backlog !== undefined && this.#idle) this.#pump();
        return;
      case 'exchange':
        if (this.#body.done) this.#keep(chunk, 0, chunk.length);
        else this.#readBody(chunk, 0, chunk.length);
        return;
      case 'tunnel':
        this.#exchange.onRequestBody(chunk, 0, chunk.length, false);
        return;
      default:
    }
  }

  onEnd(): void {
    switch (this.#state) {
      case 'exchange':
      case 'head':
        // As Envoy: a client that closes its side has gone, also where it has said all.
        this.destroy();
        return;
      case 'tunnel':
        this.#endTunnelRequest();
        return;
      default:
    }
  }

  onDrain(): void {
    if (this.#state === 'exchange' || this.#state === 'tunnel') this.#exchange.onDownstreamDrain();
    else if (this.#state === 'head') this.#pump();
  }

  onClose(): void {
    if (this.#state === 'closed') return;
    const inExchange = this.#state === 'exchange' || this.#state === 'tunnel';
    this.#state = 'closed';
    this.#backlog = undefined;
    this.#output.drop();
    if (inExchange && this.#exchange.active) this.#exchange.onDownstreamClosed('downstream_remote_disconnect');
    this.#owner.sweeper.remove(this);
    this.#owner.onConnectionClosed(this);
  }

  informational(status: number, fields: readonly string[]): void {
    if (this.#exchange.request.protocol === 'HTTP/1.0') return;
    this.#output.flush();
    this.#wire.write(serializeResponseHead(status, '', fields));
  }

  head(
    status: number,
    reason: string,
    fields: string[],
    framing: Framing,
    bytes: Buffer,
    from: number,
    to: number,
    end: boolean,
  ): boolean {
    const { request } = this.#exchange;
    const old = request.protocol === 'HTTP/1.0';
    const tunnel = status === 101 || (request.method === 'CONNECT' && status >= 200 && status < 300);
    if (!tunnel && this.#mustClose(end)) this.#closing = true;
    const whole = end && from === to;
    const chunked = !tunnel && isChunked(framing, whole, old, status, request.method);
    if (whole && !chunked && !bodyless(status, request.method) && framing !== 'length') setZeroLength(fields);
    if (old && !whole && framing !== 'length') this.#closing = true;
    let tail = answerTail(status, request.upgrade, tunnel, this.#closing, old);
    if (chunked) tail += chunkedLine;
    const text = serializeResponseHead(status, reason, fields, tail, old ? 'HTTP/1.0' : 'HTTP/1.1');
    this.#exchange.responseHeadBytes = text.length;
    this.#output.start(text, chunked);
    if (!tunnel) return this.#output.body(bytes, from, to, end);
    this.#output.flush();
    this.#startTunnel();
    return end || from < to ? this.body(bytes, from, to, end) : true;
  }

  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const room = this.#output.body(bytes, from, to, end);
    if (end && this.#state === 'tunnel') this.#endWire();
    return room;
  }

  trailers(fields: readonly string[]): void {
    this.#output.trailers(this.#table.http1Trailers === true ? fields : noFields);
    if (this.#state === 'tunnel') this.#endWire();
  }

  pauseRequest(): void {
    this.#wire.pause();
  }

  resumeRequest(): void {
    if (this.#backlog === undefined) this.#wire.resume();
  }

  finished(requestEnded: boolean): void {
    if (this.#state === 'closed') return;
    const tunnel = this.#state === 'tunnel';
    if (tunnel || this.#closing || !requestEnded || (this.#wire.ended && this.#backlog === undefined)) {
      this.#linger();
      return;
    }
    this.#state = 'head';
    this.#moved = true;
    if (this.#backlog !== undefined) {
      if (!this.#reading) this.#pump();
    } else if (this.#wire.paused) this.#wire.resume();
  }

  broken(): void {
    this.#output.flush();
    // The end of the connection would end a tunnel, and the answer of an HTTP/1.0 client, in order.
    if (this.#state === 'tunnel' || this.#exchange.request.protocol === 'HTTP/1.0') this.#wire.reset?.();
    this.destroy();
  }

  onSweep(nowMs: number): void {
    if (this.#moved) {
      this.#moved = false;
      this.#movedAtMs = nowMs;
    }
    const stillMs = nowMs - this.#movedAtMs;
    switch (this.#state) {
      case 'exchange':
      case 'tunnel':
        this.#exchange.onSweep(nowMs);
        return;
      case 'linger':
        if (stillMs >= (this.#table.delayedCloseTimeoutMs || httpLimits.lingerMs)) this.destroy();
        return;
      case 'head':
        this.#sweepIdle(nowMs, stillMs);
        return;
      default:
    }
  }

  #sweepIdle(nowMs: number, stillMs: number): void {
    const { requestHeadersTimeoutMs, idleTimeoutMs, connectionDurationMaxMs } = this.#table;
    if (this.#reader.partial) {
      if (stillMs < (requestHeadersTimeoutMs || httpLimits.requestHeadTimeoutMs)) return;
      const reason = 'the request head took too long';
      this.#refuse('request_timeout', 'request header timeout', 'request_header_timeout', reason);
    } else if (stillMs >= (idleTimeoutMs || httpLimits.idleTimeoutMs)) this.#linger();
    else if (connectionDurationMaxMs > 0 && nowMs - this.#openedAtMs >= connectionDurationMaxMs) this.#linger();
  }

  /** Whether this answer is the connection's last. @param whole it is here before the request may be. */
  #mustClose(whole: boolean): boolean {
    const { request } = this.#exchange;
    const { requestsPerConnectionMax, connectionDurationMaxMs } = this.#table;
    if (!request.keepAlive || this.#owner.draining || request.method === '') return true;
    if (request.upgrade !== '' || request.method === 'CONNECT') return true;
    if (requestsPerConnectionMax > 0 && this.#requests >= requestsPerConnectionMax) return true;
    if (this.#exchange.status === 400 && closingDetails.has(this.#exchange.details)) return true;
    if (!this.#body.done && (whole || this.#requestOver)) return true;
    return connectionDurationMaxMs > 0 && this.#clock.monotonic() - this.#openedAtMs >= connectionDurationMaxMs;
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
    this.#state = 'exchange';
    this.#closing = false;
    this.#requestOver = false;
    this.#requests += 1;
    if (body.done && at < limit) this.#keep(bytes, at, limit);
    const trailing = body.done && body.trailers.length > 0;
    const number = this.#requests;
    // What asks for a tunnel is not over with its head: the tunnel's bytes are its body.
    const tunnel = head.upgrade !== '' || head.method === 'CONNECT';
    this.#exchange.begin(head, bytes, body.dataFrom, body.dataTo, body.done && !trailing && !tunnel);
    if (number !== this.#requests || this.#state !== 'exchange') return;
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
    const number = this.#requests;
    let at = from;
    while (at < limit && !body.done) {
      at = body.next(chunk, at, limit);
      if (at < 0) {
        const rule = body.violation as Http1Rule;
        this.#requestOver = true;
        const { code, says } = http1Rules[rule];
        const { httpStatus } = errorTable[code];
        this.#exchange.failWith(code, httpStatus, bodyOfRule(rule), detailOfRule(rule), `${rule}: ${says}`);
        return;
      }
      if (body.done && at < limit) this.#keep(chunk, at, limit);
      const trailing = body.done && body.trailers.length > 0;
      const end = body.done && !trailing;
      if (end || body.dataTo > body.dataFrom) this.#exchange.onRequestBody(chunk, body.dataFrom, body.dataTo, end);
      if (number !== this.#requests || this.#state !== 'exchange') return;
      if (trailing) this.#exchange.onRequestTrailers(body.trailers);
    }
  }

  /** Holds what came ahead of its turn and reads no more, so that this is never more than one read. */
  #keep(bytes: Buffer, from: number, to: number): void {
    const part = bytes.subarray(from, to);
    this.#backlog = this.#backlog === undefined ? Buffer.from(part) : Buffer.concat([this.#backlog, part]);
    this.#wire.pause();
  }

  /** Serves what was held, one request after another without recursion, as far as the client takes the answers. */
  #pump(): void {
    this.#reading = true;
    while (this.#backlog !== undefined && this.#state === 'head' && !this.#wire.needsDrain) {
      const bytes: Buffer = this.#backlog;
      this.#backlog = undefined;
      this.#readHead(bytes, 0);
    }
    this.#reading = false;
    if (this.#backlog === undefined && this.#state === 'head') this.#wire.resume();
  }

  /** From now on the connection only carries bytes, what came ahead first. */
  #startTunnel(): void {
    const ahead = this.#backlog;
    this.#state = 'tunnel';
    this.#backlog = undefined;
    if (ahead !== undefined) this.#exchange.onRequestBody(ahead, 0, ahead.length, false);
    this.#wire.resume();
    if (this.#wire.ended) this.#endTunnelRequest();
  }

  #endTunnelRequest(): void {
    if (!this.#exchange.active) return;
    this.#exchange.tunnelLeft();
    this.#exchange.onRequestBody(nothing, 0, 0, true);
  }

  #refuseRule(rule: Http1Rule, head = noRequest): void {
    const { code, says } = http1Rules[rule];
    this.#refuse(code, bodyOfRule(rule), detailOfRule(rule), `${rule}: ${says}`, head);
  }

  #refuse(code: ErrorCode, body: string, detail: string, reason: string, head = noRequest): void {
    this.#state = 'exchange';
    this.#closing = true;
    this.#requestOver = true;
    this.#requests += 1;
    this.#exchange.refuse(code, body, detail, reason, head);
  }

  /** Sends what is left and FIN, then waits a moment for the client's: an early close would take the answer from it. */
  #linger(): void {
    this.#state = 'linger';
    this.#backlog = undefined;
    this.#reader.reset();
    this.#moved = true;
    this.#endWire();
    this.#wire.resume();
    if (this.#wire.ended && this.#wire.closed) this.onClose();
  }

  #endWire(): void {
    this.#output.flush();
    this.#wire.end();
  }
}

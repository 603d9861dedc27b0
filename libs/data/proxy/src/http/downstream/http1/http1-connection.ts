/** One HTTP/1 client: one exchange runs at a time, answers leave in the order of the requests. */

import type { HttpHandlerTable } from '@weft/data-runtime';
import type { Swept, Wire, WireSink } from '@weft/data-upstream';
import type { Framing } from '@weft/http';
import { chunkedLine, type RequestRules, serializeResponseHead } from '@weft/http1';
import type { Clock } from '@weft/kernel';
import { HttpExchange } from '../../exchange.ts';
import { httpLimits } from '../../limits.ts';
import type { AcceptedConnection, ClientConnection, ConnectionOwner } from '../connection-owner.ts';
import type { Downstream } from '../downstream.ts';
import { answerTail, bodyless, isChunked, setZeroLength } from './answer-head.ts';
import { Http1Input, type Http1InputOwner, type Http1State } from './http1-input.ts';
import { Http1Output } from './http1-output.ts';

const nothing = Buffer.alloc(0);
const noFields: readonly string[] = [];

/** Answers after which Envoy trusts the connection no more. */
const closingDetails: ReadonlySet<string> = new Set(['path_normalization_failed', 'http1.unexpected_underscore']);

export class Http1Connection implements WireSink, Swept, Downstream, ClientConnection, Http1InputOwner {
  state: Http1State = 'head';
  readonly #owner: ConnectionOwner;
  readonly #wire: Wire;
  readonly #table: HttpHandlerTable;
  readonly #clock: Clock;
  readonly #exchange: HttpExchange;
  readonly #output: Http1Output;
  readonly #input: Http1Input;
  readonly #openedAtMs: number;
  #moved = true;
  #movedAtMs = 0;
  /** The answer said that the connection ends. */
  #closing = false;

  constructor(wire: Wire, { owner, context, info }: AcceptedConnection, rules: RequestRules) {
    this.#owner = owner;
    this.#wire = wire;
    this.#table = context.table;
    this.#clock = context.clock;
    this.#openedAtMs = context.clock.monotonic();
    this.#output = new Http1Output(wire, context.flushes);
    this.#exchange = new HttpExchange(context, info, {}, this);
    this.#input = new Http1Input(this, wire, context.table, rules, this.#exchange);
    wire.sink = this;
    owner.sweeper.add(this);
  }

  /** Nothing is under way on it. */
  get #idle(): boolean {
    return this.state === 'head' && !this.#input.partial;
  }

  drain(spareIdle = false): void {
    if (this.#idle && !spareIdle) this.#linger();
  }

  destroy(): void {
    if (this.state === 'closed') return;
    this.#output.flush();
    this.#wire.destroy();
    this.onClose();
  }

  onData(chunk: Buffer): void {
    switch (this.state) {
      case 'head':
        // The client does not take the last answer: what it sends meanwhile waits, behind what waits already.
        if (this.#input.holds || this.#wire.needsDrain) {
          this.#input.keep(chunk, 0, chunk.length);
          return;
        }
        // The time for a head runs from its first octet: one that drips does not get more.
        if (!this.#input.partial) this.#moved = true;
        this.#input.onHead(chunk);
        return;
      case 'exchange':
        this.#input.onBody(chunk);
        return;
      case 'tunnel':
        this.#exchange.onRequestBody(chunk, 0, chunk.length, false);
        return;
      default:
    }
  }

  onEnd(): void {
    switch (this.state) {
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
    if (this.state === 'exchange' || this.state === 'tunnel') this.#exchange.onDownstreamDrain();
    else if (this.state === 'head') this.#input.pump();
  }

  onClose(): void {
    if (this.state === 'closed') return;
    const inExchange = this.state === 'exchange' || this.state === 'tunnel';
    this.state = 'closed';
    this.#input.drop();
    this.#output.drop();
    if (inExchange && this.#exchange.active) this.#exchange.onDownstreamClosed('downstream_remote_disconnect');
    this.#owner.sweeper.remove(this);
    this.#owner.onConnectionClosed(this);
  }

  onRequest(refused: boolean): void {
    this.state = 'exchange';
    this.#closing = refused;
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
    if (end && this.state === 'tunnel') this.#endWire();
    return room;
  }

  trailers(fields: readonly string[]): void {
    this.#output.trailers(this.#table.http1Trailers === true ? fields : noFields);
    if (this.state === 'tunnel') this.#endWire();
  }

  pauseRequest(): void {
    this.#wire.pause();
  }

  resumeRequest(): void {
    if (!this.#input.holds) this.#wire.resume();
  }

  finished(requestEnded: boolean): void {
    if (this.state === 'closed') return;
    const tunnel = this.state === 'tunnel';
    if (tunnel || this.#closing || !requestEnded || (this.#wire.ended && !this.#input.holds)) {
      this.#linger();
      return;
    }
    this.state = 'head';
    this.#moved = true;
    if (this.#input.holds) this.#input.pump();
    else if (this.#wire.paused) this.#wire.resume();
  }

  broken(): void {
    this.#output.flush();
    // The end of the connection would end a tunnel, and the answer of an HTTP/1.0 client, in order.
    if (this.state === 'tunnel' || this.#exchange.request.protocol === 'HTTP/1.0') this.#wire.reset?.();
    this.destroy();
  }

  onSweep(nowMs: number): void {
    if (this.#moved) {
      this.#moved = false;
      this.#movedAtMs = nowMs;
    }
    const stillMs = nowMs - this.#movedAtMs;
    switch (this.state) {
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
    if (this.#input.partial) {
      if (stillMs < (requestHeadersTimeoutMs || httpLimits.requestHeadTimeoutMs)) return;
      const reason = 'the request head took too long';
      this.#input.refuse('request_timeout', 'request header timeout', 'request_header_timeout', reason);
    } else if (stillMs >= (idleTimeoutMs || httpLimits.idleTimeoutMs)) this.#linger();
    else if (connectionDurationMaxMs > 0 && nowMs - this.#openedAtMs >= connectionDurationMaxMs) this.#linger();
  }

  /** Whether this answer is the connection's last. @param whole it is here before the request may be. */
  #mustClose(whole: boolean): boolean {
    const { request } = this.#exchange;
    const { requestsPerConnectionMax, connectionDurationMaxMs } = this.#table;
    if (!request.keepAlive || this.#owner.draining || request.method === '') return true;
    if (request.upgrade !== '' || request.method === 'CONNECT') return true;
    if (requestsPerConnectionMax > 0 && this.#input.requests >= requestsPerConnectionMax) return true;
    if (this.#exchange.status === 400 && closingDetails.has(this.#exchange.details)) return true;
    if (!this.#input.bodyDone && (whole || this.#input.requestOver)) return true;
    return connectionDurationMaxMs > 0 && this.#clock.monotonic() - this.#openedAtMs >= connectionDurationMaxMs;
  }

  /** From now on the connection only carries bytes, what came ahead first. */
  #startTunnel(): void {
    const ahead = this.#input.takeHeld();
    this.state = 'tunnel';
    if (ahead !== undefined) this.#exchange.onRequestBody(ahead, 0, ahead.length, false);
    this.#wire.resume();
    if (this.#wire.ended) this.#endTunnelRequest();
  }

  #endTunnelRequest(): void {
    if (!this.#exchange.active) return;
    this.#exchange.tunnelLeft();
    this.#exchange.onRequestBody(nothing, 0, 0, true);
  }

  /** Sends what is left and FIN, then waits a moment for the client's: an early close would take the answer from it. */
  #linger(): void {
    this.state = 'linger';
    this.#input.drop();
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

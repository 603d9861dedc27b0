/** One client's connection: heads are read from it, one exchange runs at a time, answers leave in the order of the requests. */

import type { ConnectionInfo } from '@weft/data-filters';
import type { HttpHandlerTable } from '@weft/data-runtime';
import {
  type Splice,
  type Sweeper,
  type Swept,
  splice,
  type UpstreamConnection,
  type UpstreamPools,
  type Wire,
  type WireSink,
} from '@weft/data-upstream';
import {
  HeadReader,
  type Http1Rule,
  headIncomplete,
  headViolated,
  http1Rules,
  parseRequestHead,
  type RequestHead,
} from '@weft/http1';
import type { Clock } from '@weft/kernel';
import { type ExchangeHost, HttpExchange } from './exchange.ts';
import { httpLimits } from './limits.ts';
import type { HttpPath } from './path.ts';

/** Between requests, in one, carrying bytes for a tunnel, waiting for the client to close, closed. */
type State = 'head' | 'exchange' | 'tunnel' | 'linger' | 'closed';

export interface ConnectionOwner {
  readonly clock: Clock;
  readonly pools: UpstreamPools;
  readonly sweeper: Sweeper;
  readonly draining: boolean;
  onConnectionClosed(connection: HttpConnection): void;
}

export class HttpConnection implements WireSink, Swept, ExchangeHost {
  readonly wire: Wire;
  readonly table: HttpHandlerTable;
  readonly path: HttpPath;
  readonly clock: Clock;
  readonly pools: UpstreamPools;
  readonly #owner: ConnectionOwner;
  readonly #exchange: HttpExchange;
  readonly #reader = new HeadReader();
  #state: State = 'head';
  #backlog: Buffer | undefined;
  #reading = false;
  #moved = true;
  #movedAtMs = 0;
  #bytesSwept = 0;
  #tunnel: Splice | undefined;

  constructor(owner: ConnectionOwner, wire: Wire, info: ConnectionInfo, table: HttpHandlerTable, path: HttpPath) {
    this.#owner = owner;
    this.wire = wire;
    this.table = table;
    this.path = path;
    this.clock = owner.clock;
    this.pools = owner.pools;
    this.#exchange = new HttpExchange(this, info);
    wire.sink = this;
    owner.sweeper.add(this);
  }

  get closing(): boolean {
    return this.#owner.draining;
  }

  /** Nothing is under way on it. */
  get idle(): boolean {
    return this.#state === 'head' && !this.#reader.partial;
  }

  /** Ends it when nothing is under way; what is under way says `connection: close` and ends it later. */
  drain(): void {
    if (this.idle) this.#linger();
  }

  /** Closes it now. */
  destroy(): void {
    if (this.#state === 'tunnel') this.#tunnel?.stop();
    else if (this.#state !== 'closed') {
      this.wire.destroy();
      this.onClose();
    }
  }

  onData(chunk: Buffer): void {
    if (this.#state === 'head') {
      // The time for a head runs from its first octet: one that drips does not get more.
      if (!this.#reader.partial) this.#moved = true;
      this.#reading = true;
      this.#readHead(chunk, 0);
      this.#reading = false;
      if (this.#backlog !== undefined && this.idle) this.#pump();
    } else if (this.#state === 'exchange') {
      this.#moved = true;
      if (this.#exchange.body.done) this.#keep(chunk, 0, chunk.length);
      else this.#readBody(chunk);
    }
  }

  onEnd(): void {
    // A client that has said all may still wait for its answer.
    if (this.#state === 'exchange') {
      if (!this.#exchange.body.done) this.#goneAway();
    } else if (this.#state === 'head') {
      this.wire.destroy();
      this.onClose();
    }
  }

  onDrain(): void {
    if (this.#state === 'exchange') this.#exchange.onDownstreamDrain();
    else if (this.#state === 'head') this.#pump();
  }

  onClose(): void {
    if (this.#state === 'closed') return;
    const inExchange = this.#state === 'exchange';
    this.#state = 'closed';
    this.#backlog = undefined;
    if (inExchange && this.#exchange.active) this.#exchange.onDownstreamClosed();
    this.#owner.sweeper.remove(this);
    this.#owner.onConnectionClosed(this);
  }

  onUpstreamRoom(): void {
    if (this.#backlog === undefined) this.wire.resume();
  }

  onExchangeDone(keep: boolean): void {
    if (this.#state === 'closed') return;
    if (!keep || (this.wire.ended && this.#backlog === undefined)) {
      this.#linger();
      return;
    }
    this.#state = 'head';
    this.#moved = true;
    if (this.#backlog !== undefined) {
      if (!this.#reading) this.#pump();
    } else if (this.wire.paused) this.wire.resume();
  }

  onExchangeBroken(): void {
    this.wire.destroy();
    this.onClose();
  }

  onTunnel(upstream: UpstreamConnection, greeting: string, early: Buffer | undefined): void {
    const exchange = this.#exchange;
    const backlog = this.#backlog;
    this.#state = 'tunnel';
    this.#backlog = undefined;
    this.#owner.sweeper.remove(this);
    this.wire.write(greeting);
    if (early !== undefined) this.wire.write(early);
    if (backlog !== undefined) upstream.write(backlog);
    this.#tunnel = splice(this.wire, upstream.take(), {
      clock: this.clock,
      sweeper: this.#owner.sweeper,
      idleTimeoutMs: this.table.streamIdleTimeoutMs,
      onDone: (result) => {
        exchange.bytesReceived = result.bytesFromA + (backlog?.length ?? 0);
        exchange.bytesSent = result.bytesFromB + (early?.length ?? 0);
        if (result.end === 'a-broke') exchange.flag = 'DC';
        else if (result.end === 'b-broke') exchange.flag = 'UC';
        else if (result.end === 'idle') exchange.flag = 'SI';
        exchange.upstream = undefined;
        if (result.end === 'finished') upstream.finish();
        else upstream.destroy();
        this.#state = 'closed';
        exchange.complete();
        this.#owner.onConnectionClosed(this);
      },
    });
  }

  onSweep(nowMs: number): void {
    if (this.#moved) {
      this.#moved = false;
      this.#movedAtMs = nowMs;
    }
    const stillMs = nowMs - this.#movedAtMs;
    if (this.#state === 'exchange') this.#sweepExchange(nowMs, stillMs);
    else if (this.#state === 'linger') {
      if (stillMs >= httpLimits.lingerMs) this.destroy();
    } else if (this.#reader.partial) {
      if (stillMs >= httpLimits.requestHeadTimeoutMs) this.#refuse('request_timeout', 'the request head took too long');
    } else if (stillMs >= httpLimits.idleTimeoutMs) this.#linger();
  }

  #sweepExchange(nowMs: number, stillMs: number): void {
    const { timeoutMs, requestEndMs, bytesReceived, bytesSent } = this.#exchange;
    const bytes = bytesReceived + bytesSent;
    const idleLimitMs = this.table.streamIdleTimeoutMs;
    if (timeoutMs > 0 && requestEndMs > 0 && nowMs - requestEndMs >= timeoutMs) this.#exchange.onTimeout();
    else if (bytes !== this.#bytesSwept) {
      this.#bytesSwept = bytes;
      this.#movedAtMs = nowMs;
    } else if (idleLimitMs > 0 && stillMs >= idleLimitMs) this.#exchange.onIdle();
  }

  #readHead(chunk: Buffer, from: number): void {
    const reader = this.#reader;
    const end = reader.feed(chunk, from);
    if (end === headIncomplete) return;
    if (end === headViolated) {
      this.#refuseRule(reader.violation as Http1Rule);
      return;
    }
    const bytes = reader.bytes;
    const head = parseRequestHead(bytes, reader.start, end);
    if (typeof head === 'string') {
      this.#refuseRule(head);
      return;
    }
    const unwanted = this.#unwanted(head);
    if (unwanted !== undefined) {
      this.#refuseRule(unwanted);
      return;
    }
    const body = this.#exchange.body;
    body.start(head.framing, head.contentLength);
    const bodyEnd = body.consume(bytes, end, reader.limit);
    if (bodyEnd < 0) {
      this.#refuseRule(body.violation as Http1Rule);
      return;
    }
    this.#state = 'exchange';
    this.#moved = true;
    if (bodyEnd < reader.limit) this.#keep(bytes, bodyEnd, reader.limit);
    this.#exchange.begin(head, bytes, end, bodyEnd);
  }

  #unwanted(head: RequestHead): Http1Rule | undefined {
    if (head.absolute && !this.table.allowAbsoluteUrl) return 'target-form';
    if (head.method === 'CONNECT' && !this.table.allowConnect) return 'target-form';
    // Any other protocol, "h2c" before all, would carry requests past the routes: the offer is not passed on.
    const passes = this.table.allowWebsocket && head.upgrade.toLowerCase() === 'websocket';
    if (head.upgrade !== '' && !passes) head.upgrade = '';
    return undefined;
  }

  #readBody(chunk: Buffer): void {
    const { body } = this.#exchange;
    const to = body.consume(chunk, 0, chunk.length);
    if (to < 0) {
      const rule = body.violation as Http1Rule;
      this.#exchange.fail(http1Rules[rule].code, 'http1.codec_error', `${rule}: ${http1Rules[rule].says}`);
      return;
    }
    if (to < chunk.length) this.#keep(chunk, to, chunk.length);
    this.#exchange.onRequestBody(chunk, 0, to);
  }

  /** Holds what came ahead of its turn and reads no more, so that this is never more than one read. */
  #keep(bytes: Buffer, from: number, to: number): void {
    const part = bytes.subarray(from, to);
    this.#backlog = this.#backlog === undefined ? Buffer.from(part) : Buffer.concat([this.#backlog, part]);
    this.wire.pause();
  }

  /** Serves what was held, one request after another without recursion, as far as the client takes the answers. */
  #pump(): void {
    this.#reading = true;
    while (this.#backlog !== undefined && this.#state === 'head' && !this.wire.socket.writableNeedDrain) {
      const bytes: Buffer = this.#backlog;
      this.#backlog = undefined;
      this.#readHead(bytes, 0);
    }
    this.#reading = false;
    if (this.#backlog === undefined && this.#state === 'head') this.wire.resume();
  }

  #refuseRule(rule: Http1Rule): void {
    this.#refuse(http1Rules[rule].code, `${rule}: ${http1Rules[rule].says}`);
  }

  #refuse(code: Parameters<HttpExchange['refuse']>[0], reason: string): void {
    this.#state = 'exchange';
    this.#exchange.refuse(code, reason);
  }

  #goneAway(): void {
    this.wire.destroy();
    this.onClose();
  }

  /** Sends what is left and FIN, then waits a moment for the client's: an early close would take the answer from it. */
  #linger(): void {
    this.#state = 'linger';
    this.#backlog = undefined;
    this.#reader.reset();
    this.#moved = true;
    this.wire.end();
    this.wire.resume();
    if (this.wire.ended && this.wire.closed) this.onClose();
  }
}

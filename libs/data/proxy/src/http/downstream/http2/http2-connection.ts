/** One HTTP/2 client: each of its streams is an exchange; all that one turn of the event loop writes leaves in one piece. */

import type { ConnectionInfo, Exchange, HttpHandlerTable } from '@weft/data-runtime';
import type { Flushable, FlushQueue, Swept, Wire, WireSink } from '@weft/data-upstream';
import type { RequestHead } from '@weft/http';
import {
  createHttp2Server,
  type Http2Connection,
  type Http2ConnectionSink,
  type Http2Output,
  type Http2Stream,
  type Http2StreamSink,
  http2ErrorCodes,
} from '@weft/http2';
import type { HttpContext } from '../../http-context.ts';
import { httpLimits } from '../../limits.ts';
import type { AcceptedConnection, ClientConnection, ConnectionOwner } from '../connection-owner.ts';
import { deafStream, Http2Request, type Http2RequestOwner } from './http2-request.ts';

export class Http2ClientConnection
  implements WireSink, Http2Output, Http2ConnectionSink, Http2RequestOwner, Flushable, Swept, ClientConnection
{
  readonly #owner: ConnectionOwner;
  readonly #wire: Wire;
  readonly #context: HttpContext;
  readonly #info: ConnectionInfo;
  readonly #table: HttpHandlerTable;
  readonly #flushes: FlushQueue;
  readonly #kept: Exchange['kept'] = {};
  readonly #http2: Http2Connection;
  /** Each knows its place in it: nothing is searched, and nothing is made anew as requests come and go. */
  readonly #open: Http2Request[] = [];
  readonly #free: Http2Request[] = [];
  /** HTTP/1.1 that travels in HTTP/2 between two sidecars: requests come out as they went in. */
  readonly #carriesHttp1: boolean;
  readonly #openedAtMs: number;
  #idleSinceMs: number;
  #heardAtMs: number;
  #pingAtMs = 0;
  #requests = 0;
  /** 0: not shutting down; else when the second GOAWAY is due. */
  #drainedAtMs = 0;
  #drained = false;
  #ending = false;
  #endAtMs = 0;
  #closed = false;

  constructor(wire: Wire, { owner, context, info }: AcceptedConnection, carriesHttp1: boolean) {
    this.#owner = owner;
    this.#wire = wire;
    this.#context = context;
    this.#info = info;
    this.#table = context.table;
    this.#flushes = context.flushes;
    this.#carriesHttp1 = carriesHttp1;
    const nowMs = context.clock.monotonic();
    this.#openedAtMs = this.#idleSinceMs = this.#heardAtMs = nowMs;
    const { http2, concurrentStreamsMax } = context.table;
    this.#http2 = createHttp2Server({
      output: this,
      sink: this,
      ...(concurrentStreamsMax > 0 && { maxConcurrentStreams: concurrentStreamsMax }),
      ...(http2.initialStreamWindow > 0 && { initialStreamWindow: http2.initialStreamWindow }),
      ...(http2.initialConnectionWindow > 0 && { initialConnectionWindow: http2.initialConnectionWindow }),
      headerListBytesMax: context.table.headBytesMax,
      headerFieldsMax: context.table.headFieldsMax,
      extendedConnect: http2.extendedConnect || context.table.upgrades.size > 0,
      now: () => context.clock.monotonic(),
    });
    wire.sink = this;
    owner.sweeper.add(this);
    if (owner.draining) this.drain();
  }

  drain(): void {
    if (this.#drainedAtMs > 0 || this.#ending) return;
    this.#drainedAtMs = this.#context.clock.monotonic() + this.#table.drainTimeoutMs;
    this.#http2.shutdown();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#http2.receiveEnd('');
    this.#wire.destroy();
    this.onClose();
  }

  // From the wire.

  onData(chunk: Buffer): void {
    this.#heardAtMs = this.#context.clock.monotonic();
    this.#pingAtMs = 0;
    this.#http2.receive(chunk);
  }

  onEnd(): void {
    if (this.#closed) return;
    this.#http2.receiveEnd('');
    this.#wire.end();
  }

  onDrain(): void {
    this.#http2.onOutputDrain();
  }

  onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#http2.receiveEnd(this.#wire.errorCode);
    this.#owner.sweeper.remove(this);
    this.#owner.onConnectionClosed(this);
  }

  // Of the codec's output.

  write(bytes: Buffer): boolean {
    return this.#closed ? true : this.#wire.write(bytes);
  }

  drained(): boolean {
    return this.#wire.drained;
  }

  requestFlush(): void {
    this.#flushes.add(this);
  }

  close(now: boolean): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    this.#endAtMs = this.#context.clock.monotonic() + (this.#table.delayedCloseTimeoutMs || httpLimits.lingerMs);
    this.#wire.end();
    this.#wire.resume();
    if (now && this.#table.delayedCloseTimeoutMs === 0) this.#endAtMs = 0;
  }

  flush(): void {
    if (!this.#closed) this.#http2.flush();
  }

  // From the codec.

  onRequest(stream: Http2Stream, head: RequestHead, ended: boolean): Http2StreamSink {
    const request = this.#free.pop() ?? new Http2Request(this, this.#context, this.#info, this.#kept);
    if (this.#carriesHttp1) head.protocol = 'HTTP/1.1';
    this.#opened(request);
    this.#requests += 1;
    const { requestsPerConnectionMax } = this.#table;
    if (requestsPerConnectionMax > 0 && this.#requests >= requestsPerConnectionMax) this.drain();
    request.begin(stream, head, ended);
    // Where it was answered at once the object is free again, and may hear of another stream already.
    return request.stream === stream ? request : deafStream;
  }

  onHeadTooLarge(what: 'bytes' | 'fields'): void {
    const request = this.#free.pop() ?? new Http2Request(this, this.#context, this.#info, this.#kept);
    request.exchange.unread(what === 'bytes' ? 'http2.header_list_size_too_large' : 'http2.too_many_headers');
    this.#opened(request);
    this.onRequestDone(request);
  }

  #opened(request: Http2Request): void {
    request.place = this.#open.length;
    this.#open.push(request);
  }

  onRequestDone(request: Http2Request): void {
    const { place } = request;
    if (place < 0) return;
    request.place = -1;
    const last = this.#open.pop() as Http2Request;
    if (last !== request) {
      this.#open[place] = last;
      last.place = place;
    }
    if (this.#free.length < httpLimits.pooledExchangesMax) this.#free.push(request);
  }

  onSettings(): void {}

  onGoaway(): void {}

  onPong(): void {}

  onIdle(): void {
    this.#idleSinceMs = this.#context.clock.monotonic();
  }

  onClosed(): void {
    this.close(false);
  }

  // On the beat.

  onSweep(nowMs: number): void {
    if (this.#ending) {
      if (nowMs >= this.#endAtMs) this.destroy();
      return;
    }
    // From the last: one that ends here makes room for a later one, which was asked already.
    for (let place = this.#open.length - 1; place >= 0; place -= 1) this.#open[place]?.exchange.onSweep(nowMs);
    if (this.#closed) return;
    if (this.#drainedAtMs > 0) {
      if (!this.#drained && nowMs >= this.#drainedAtMs) {
        this.#drained = true;
        this.#http2.drained();
      }
      return;
    }
    this.#sweepIdle(nowMs);
  }

  #sweepIdle(nowMs: number): void {
    const { idleTimeoutMs, connectionDurationMaxMs } = this.#table;
    const idle = this.#open.length === 0;
    if (connectionDurationMaxMs > 0 && nowMs - this.#openedAtMs >= connectionDurationMaxMs) this.drain();
    else if (idle && nowMs - this.#idleSinceMs >= (idleTimeoutMs || httpLimits.idleTimeoutMs)) this.drain();
    else this.#keepAlive(nowMs);
  }

  #keepAlive(nowMs: number): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#table.http2;
    if (pingIntervalMs <= 0) return;
    if (this.#pingAtMs > 0) {
      if (nowMs - this.#pingAtMs >= (pingTimeoutMs || pingIntervalMs))
        this.#http2.destroy(http2ErrorCodes.NO_ERROR, 'no answer to a ping');
    } else if (nowMs - this.#heardAtMs >= pingIntervalMs) {
      this.#pingAtMs = nowMs;
      this.#http2.ping();
    }
  }
}

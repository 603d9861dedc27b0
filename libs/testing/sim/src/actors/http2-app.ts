/** An application that speaks HTTP/2, well and badly. */

import type { Wire } from '@weft/data-upstream';
import type { RequestHead } from '@weft/http';
import {
  createHttp2Server,
  type Http2Connection,
  type Http2ConnectionSink,
  type Http2Stream,
  type Http2StreamSink,
  http2ErrorCodes,
} from '@weft/http2';
import type { Arrival } from '../scenario/ledger.ts';
import { type AnswerTarget, performAnswer } from './answering.ts';
import { CodecWire } from './codec-wire.ts';
import type { AppParts } from './http1-app.ts';
import { RequestJudge } from './judges.ts';

const nothing = Buffer.alloc(0);

export class Http2App implements Http2ConnectionSink {
  readonly parts: AppParts;
  readonly io: CodecWire;
  readonly codec: Http2Connection;
  /** Streams are not looked at any more: a GOAWAY said so. */
  #deaf = false;

  /** @param window of a stream; 0: the codec's own. */
  constructor(wire: Wire, parts: AppParts, window: number, streamsMax: number) {
    this.parts = parts;
    this.io = new CodecWire(wire, parts.clock, () => {});
    this.codec = createHttp2Server({
      output: this.io,
      sink: this,
      extendedConnect: true,
      now: () => parts.clock.monotonic(),
      ...(window > 0 && { initialStreamWindow: window }),
      ...(streamsMax > 0 && { maxConcurrentStreams: streamsMax }),
    });
    this.io.codec = this.codec;
    this.io.requestFlush();
    wire.resume();
  }

  /** A graceful end. */
  leave(): void {
    if (this.io.over) return;
    this.codec.shutdown();
    this.io.requestFlush();
    this.parts.clock.schedule(20, () => {
      this.codec.drained();
      this.io.requestFlush();
    });
  }

  /** GOAWAY that says that this stream and later ones were not looked at. */
  refuseFrom(streamId: number): void {
    this.#deaf = true;
    this.codec.flush();
    const frame = Buffer.alloc(17);
    frame[2] = 8;
    frame[3] = 7;
    frame.writeUInt32BE(Math.max(0, streamId - 2), 9);
    this.io.write(frame);
  }

  /** Says that fewer streams are taken from now on. */
  resize(): void {
    this.codec.flush();
    const frame = Buffer.alloc(15);
    frame[2] = 6;
    frame[3] = 4;
    frame[10] = 3;
    frame[14] = 1;
    this.io.write(frame);
  }

  onRequest(stream: Http2Stream, head: RequestHead, ended: boolean): Http2StreamSink {
    const { ledger, clock } = this.parts;
    const id = Number(/^\/r\/(\d+)$/.exec(head.path)?.[1] ?? -1);
    const answer = this.parts.nextAnswer();
    const arrival = ledger.arrive(id, answer);
    const record = ledger.requests[id];
    if (arrival === undefined || record === undefined) return new AppStream(this, stream, undefined);
    if (head.header('x-sim-id') !== String(id))
      ledger.fault(record, `its head was mixed with ${head.header('x-sim-id')}`);
    if (head.method !== record.method) ledger.fault(record, `came as ${head.method}`);
    const exchange = new AppStream(this, stream, new RequestJudge(record, arrival, ledger));
    if (this.#deaf || answer.kind === 'goaway') {
      arrival.refused = true;
      if (!this.#deaf) this.refuseFrom(stream.id);
      return new AppStream(this, stream, undefined);
    }
    if (answer.kind === 'refuse') {
      arrival.refused = true;
      clock.schedule(0, () => exchange.refuse());
      return new AppStream(this, stream, undefined);
    }
    if (answer.kind === 'goaway-after') this.leave();
    if (answer.kind === 'settings') this.resize();
    if (head.upgrade !== '') {
      exchange.echo(arrival);
      return exchange;
    }
    if (answer.gapMs > 10 && !ended) {
      stream.pause();
      clock.schedule(answer.gapMs, () => stream.resume());
    }
    if (ended) exchange.onData(nothing, 0, 0, true);
    else if (answer.kind === 'early') exchange.start();
    return exchange;
  }

  onSettings(): void {}
  onGoaway(): void {}
  onClosed(): void {
    this.io.close();
  }
  onIdle(): void {}
  onPong(): void {}
}

class AppStream implements Http2StreamSink, AnswerTarget {
  readonly #app: Http2App;
  readonly #stream: Http2Stream;
  #judge: RequestJudge | undefined;
  #closed = false;
  #echo = false;
  #started = false;

  constructor(app: Http2App, stream: Http2Stream, judge: RequestJudge | undefined) {
    this.#app = app;
    this.#stream = stream;
    this.#judge = judge;
  }

  get open(): boolean {
    return !this.#closed && !this.#app.io.over;
  }

  start(): void {
    if (this.#started || this.#judge === undefined) return;
    this.#started = true;
    performAnswer(this.#app.parts.clock, this, this.#judge.record, this.#judge.arrival);
  }

  refuse(): void {
    if (!this.open) return;
    this.#stream.reset(http2ErrorCodes.REFUSED_STREAM);
    this.#flush();
  }

  echo(arrival: Arrival): void {
    this.#echo = true;
    const id = String(this.#judge?.record.id);
    this.#stream.respond(200, ['x-sim-id', id, 'x-sim-key', String(arrival.key)], false);
    this.#flush();
  }

  onHead(): void {}
  onInformational(): void {}
  onDrain(): void {}

  onData(bytes: Buffer, from: number, to: number, end: boolean): void {
    if (this.#echo) {
      this.#stream.data(bytes, from, to, end);
      this.#flush();
      return;
    }
    this.#judge?.body(bytes, from, to);
    if (end) this.onTrailers();
  }

  onTrailers(): void {
    if (this.#judge === undefined) return;
    if (!this.#echo) this.#judge.end();
    this.start();
  }

  onReset(): void {
    this.#closed = true;
  }

  informational(): void {
    this.#stream.respond(103, ['link', '</a>'], false);
    this.#flush();
  }

  head(arrival: Arrival, fields: string[], bodyless: boolean): void {
    this.#stream.respond(arrival.answer.status, fields, bodyless);
    this.#flush();
  }

  body(part: Buffer): void {
    this.#stream.data(part, 0, part.length, false);
    this.#flush();
  }

  end(_arrival: Arrival, trailers: readonly string[]): void {
    if (trailers.length === 0) this.#stream.data(nothing, 0, 0, true);
    else this.#stream.trailers(trailers);
    this.#flush();
  }

  breakOff(rudely: boolean): void {
    this.#closed = true;
    if (rudely) this.#app.io.breakOff(true);
    else this.#stream.reset(http2ErrorCodes.INTERNAL_ERROR);
    this.#flush();
  }

  #flush(): void {
    this.#app.io.requestFlush();
  }
}

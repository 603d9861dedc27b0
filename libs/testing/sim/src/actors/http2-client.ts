/** A client that speaks HTTP/2: many requests at a time, small windows, resets, going away. */

import type { ResponseHead } from '@weft/http';
import {
  createHttp2Client,
  type Http2Connection,
  type Http2ConnectionSink,
  type Http2Stream,
  type Http2StreamSink,
  http2ErrorCodes,
} from '@weft/http2';
import { BodyCheck, bodyOf } from '../scenario/bodies.ts';
import type { RequestRecord } from '../scenario/ledger.ts';
import type { ClientPlan, RequestPlan } from '../scenario/plan.ts';
import { CodecWire } from './codec-wire.ts';
import type { Client, ClientParts } from './http1-client.ts';
import { AnswerJudge } from './judges.ts';

const tunnelBytes = 3_000;
const connectionsMax = 6;
const nothing = Buffer.alloc(0);

export class Http2Client implements Client, Http2ConnectionSink {
  readonly parts: ClientParts;
  readonly #plan: ClientPlan;
  readonly #records: readonly RequestRecord[];
  readonly #open = new Set<ClientStream>();
  #io: CodecWire | undefined;
  #codec: Http2Connection | undefined;
  #settled = false;
  #goaway = false;
  #connections = 0;
  #next = 0;
  #waits = false;
  calmed = false;

  constructor(plan: ClientPlan, parts: ClientParts) {
    this.#plan = plan;
    this.parts = parts;
    this.#records = plan.requests.map((request) => parts.ledger.add(request));
    parts.clock.schedule(plan.startMs, () => this.#advance());
  }

  get done(): boolean {
    return this.#next >= this.#records.length && this.#open.size === 0;
  }

  calm(): void {
    this.calmed = true;
    for (const stream of this.#open) stream.hurry();
  }

  close(): void {
    this.#io?.breakOff(false);
  }

  flush(): void {
    this.#io?.requestFlush();
  }

  /** The whole client leaves. */
  vanish(): void {
    this.#io?.breakOff(true);
  }

  settled(stream: ClientStream): void {
    this.#open.delete(stream);
    this.roomed();
  }

  /** There may be room for another stream. */
  roomed(): void {
    // The codec counts the stream until its call is over.
    this.parts.clock.schedule(0, () => this.#advance());
  }

  onRequest(): Http2StreamSink {
    throw new Error('a server opened a stream');
  }

  onSettings(): void {
    this.#settled = true;
    this.#advance();
  }

  onGoaway(errorCode: number): void {
    this.#goaway = true;
    if (errorCode !== http2ErrorCodes.NO_ERROR) this.parts.ledger.faults.push(`a client got GOAWAY ${errorCode}`);
  }

  onClosed(): void {
    this.#io?.close();
  }

  onIdle(): void {}
  onPong(): void {}

  #advance(): void {
    if (this.#waits) return;
    while (this.#next < this.#records.length) {
      const plan = this.#plan.requests[this.#next] as RequestPlan;
      if (this.#io === undefined || this.#goaway) {
        // The old connection finishes by itself what it has.
        if (this.#io !== undefined && this.#open.size > 0) return;
        if (!this.#connect()) return;
      }
      const codec = this.#codec as Http2Connection;
      if (codec.streamsLeft === 0) return;
      if (plan.upgrade && !this.#settled) return;
      if (plan.afterMs > 0 && this.#open.size > 2) {
        this.#waits = true;
        this.parts.clock.schedule(plan.afterMs, () => {
          this.#waits = false;
          this.#advance();
        });
        return;
      }
      this.#send(codec, plan, this.#records[this.#next++] as RequestRecord);
    }
  }

  #send(codec: Http2Connection, plan: RequestPlan, record: RequestRecord): void {
    const stream = new ClientStream(this, plan, record);
    this.#open.add(stream);
    stream.begin(codec);
    this.flush();
  }

  #connect(): boolean {
    this.#connections += 1;
    const { network, port, clock } = this.parts;
    const wire = this.#connections > connectionsMax ? undefined : network.connect('client', port);
    if (wire === undefined) {
      for (const record of this.#records.slice(this.#next)) this.parts.ledger.settle(record, 'unsent');
      this.#next = this.#records.length;
      return false;
    }
    wire.counted = false;
    this.#settled = false;
    this.#goaway = false;
    const io = new CodecWire(wire, clock, () => {
      if (this.#io !== io) return;
      this.#io = undefined;
      for (const stream of [...this.#open]) stream.lose();
      clock.schedule(1, () => this.#advance());
    });
    const { window } = this.#plan;
    this.#io = io;
    this.#codec = createHttp2Client({
      output: io,
      sink: this,
      now: () => clock.monotonic(),
      ...(window > 0 && { initialStreamWindow: window }),
    });
    io.codec = this.#codec;
    io.requestFlush();
    if (this.#plan.restlessMs > 0) this.#fidget(io);
    return true;
  }

  /** Legal frames that nobody needs: a window that shrinks and grows, PINGs, credit. */
  #fidget(io: CodecWire): void {
    const { clock, network } = this.parts;
    clock.schedule(this.#plan.restlessMs, () => {
      if (io.over || this.calmed || this.#codec === undefined) return;
      this.#codec.flush();
      // Above what the codec waits for before it gives credit, below what it allows.
      const window = 140_000 + Math.floor(network.random() * 120_000);
      const setting =
        this.#plan.window === 0 && network.random() < 0.7 ? settingFrame(4, window) : settingFrame(1, window % 4_096);
      io.write(Buffer.concat([setting, creditFrame(1)]));
      this.#codec.ping();
      this.#fidget(io);
    });
  }
}

/** SETTINGS with one of them. */
function settingFrame(id: number, value: number): Buffer {
  const frame = Buffer.alloc(15);
  frame[2] = 6;
  frame[3] = 4;
  frame.writeUInt16BE(id, 9);
  frame.writeUInt32BE(value, 11);
  return frame;
}

/** WINDOW_UPDATE of the connection. */
function creditFrame(octets: number): Buffer {
  const frame = Buffer.alloc(13);
  frame[2] = 4;
  frame[3] = 8;
  frame.writeUInt32BE(octets, 9);
  return frame;
}

class ClientStream implements Http2StreamSink {
  readonly #client: Http2Client;
  readonly #plan: RequestPlan;
  readonly #record: RequestRecord;
  readonly #judge: AnswerJudge;
  #stream: Http2Stream | undefined;
  #over = false;
  #tunnel: BodyCheck | undefined;

  constructor(client: Http2Client, plan: RequestPlan, record: RequestRecord) {
    this.#client = client;
    this.#plan = plan;
    this.#record = record;
    this.#judge = new AnswerJudge(record, client.parts.ledger);
  }

  begin(codec: Http2Connection): void {
    const { method, bodyLength, chunked, trailers, upgrade, idempotent, grpc, giveUpMs } = this.#plan;
    const record = this.#record;
    const bare = bodyLength === 0 && !trailers && !upgrade;
    const fields = ['x-sim-id', String(record.id)];
    if (grpc) fields.push('content-type', 'application/grpc', 'te', 'trailers');
    if (idempotent) fields.push('idempotency-key', String(record.id));
    if (!chunked && bodyLength > 0) fields.push('content-length', String(bodyLength));
    if (bare) record.sentWhole = true;
    this.#stream = codec.request(
      {
        method,
        scheme: 'http',
        authority: 'a.test',
        target: `/r/${record.id}`,
        fields,
        upgrade: upgrade ? 'websocket' : '',
      },
      bare,
      this,
    );
    if (giveUpMs >= 0) this.#client.parts.clock.schedule(giveUpMs, () => this.#giveUp());
    if (!bare && !upgrade) this.#write(bodyOf(record.id, bodyLength), 0);
  }

  hurry(): void {
    this.#stream?.resume();
  }

  lose(): void {
    if (this.#over) return;
    this.#over = true;
    this.#judge.broken();
    this.#client.settled(this);
  }

  onInformational(): void {}
  onDrain(): void {}

  onHead(head: ResponseHead): void {
    const own = this.#plan.grpc && head.header('grpc-status') !== undefined;
    this.#judge.head(own ? 503 : head.status, head.header('x-sim-id'), head.header('x-sim-key'));
    if (head.status === 101) {
      this.#tunnel = new BodyCheck(this.#record.id, tunnelBytes);
      this.#stream?.data(bodyOf(this.#record.id, tunnelBytes), 0, tunnelBytes, false);
      this.#client.flush();
      return;
    }
    if (head.framing === 'none') this.#end();
    else if (this.#plan.slowMs > 0 && !this.#client.calmed) {
      this.#stream?.pause();
      this.#client.parts.clock.schedule(this.#plan.slowMs, () => {
        this.#stream?.resume();
        this.#client.flush();
      });
    }
  }

  onData(bytes: Buffer, from: number, to: number, end: boolean): void {
    const tunnel = this.#tunnel;
    if (tunnel !== undefined) {
      tunnel.add(bytes, from, to);
      if (tunnel.fault !== undefined) this.#client.parts.ledger.fault(this.#record, `the tunnel: ${tunnel.fault}`);
      if (tunnel.received >= tunnelBytes && to > from) {
        this.#stream?.data(nothing, 0, 0, true);
        this.#client.flush();
      }
      if (end && !tunnel.whole)
        this.#client.parts.ledger.fault(this.#record, `a tunnel that was cut after ${tunnel.received} ended in order`);
      if (end) this.#settle(tunnel.whole);
      return;
    }
    this.#judge.body(bytes, from, to);
    if (end) this.#end();
  }

  onTrailers(): void {
    this.#end();
  }

  onReset(): void {
    if (this.#over) this.#client.roomed();
    else this.lose();
  }

  #end(): void {
    if (this.#over) return;
    this.#judge.end();
    this.#over = true;
    if (!this.#record.sentWhole) this.#stream?.reset(http2ErrorCodes.CANCEL);
    this.#client.settled(this);
  }

  #settle(whole: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#client.parts.ledger.settle(this.#record, whole ? 'answered' : 'cut');
    if (!whole) this.#stream?.reset(http2ErrorCodes.CANCEL);
    this.#client.settled(this);
  }

  #giveUp(): void {
    if (this.#over || this.#client.calmed) return;
    this.#record.givenUp = true;
    if (this.#record.id % 3 === 0) {
      this.#client.vanish();
      return;
    }
    this.#stream?.reset(http2ErrorCodes.CANCEL);
    this.#client.flush();
    this.lose();
  }

  #write(body: Buffer, from: number): void {
    const stream = this.#stream;
    if (this.#over || stream === undefined) return;
    const { pieces, gapMs, trailers } = this.#plan;
    const to = Math.min(body.length, from + Math.max(1, Math.ceil(body.length / pieces)));
    const whole = to === body.length;
    if (whole) this.#record.sentWhole = true;
    stream.data(body, from, to, whole && !trailers);
    if (whole && trailers) stream.trailers(['x-sim-trailer', String(this.#record.id)]);
    this.#client.flush();
    if (!whole) this.#client.parts.clock.schedule(gapMs, () => this.#write(body, to));
  }
}

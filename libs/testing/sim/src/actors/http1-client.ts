/** A client that speaks HTTP/1.1: keep-alive, pipelining, half-closes, slow reading, going away. */

import { deafSink, type WireSink } from '@weft/data-upstream';
import type { SimClock } from '../clock/sim-clock.ts';
import type { SimNetwork } from '../network/sim-network.ts';
import type { SimWire } from '../network/sim-wire.ts';
import { BodyCheck, bodyOf } from '../scenario/bodies.ts';
import type { Ledger, RequestRecord } from '../scenario/ledger.ts';
import type { ClientPlan, RequestPlan } from '../scenario/plan.ts';
import { AnswerJudge } from './judges.ts';
import { bodyForm, MessageReader, type MessageSink } from './message-reader.ts';

/** What clients of a scenario share. */
export interface ClientParts {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly ledger: Ledger;
  readonly port: number;
}

/** What the main loop sees of a client. */
export interface Client {
  readonly done: boolean;
  /** Hurries up: reads at once, gives up nothing. */
  calm(): void;
  close(): void;
}

interface Sent {
  readonly plan: RequestPlan;
  readonly record: RequestRecord;
  readonly judge: AnswerJudge;
  written: boolean;
  tunnel: BodyCheck | undefined;
}

const tunnelBytes = 3_000;
const connectionsMax = 6;

export class Http1Client implements Client, WireSink, MessageSink {
  readonly #parts: ClientParts;
  readonly #plan: ClientPlan;
  readonly #records: readonly RequestRecord[];
  #wire: SimWire | undefined;
  #reader = new MessageReader(this);
  #next = 0;
  #connections = 0;
  #writing = false;
  /** Sent, not answered, in order. */
  #open: Sent[] = [];
  /** No more requests on this connection. */
  #last = false;
  #calm = false;

  constructor(plan: ClientPlan, parts: ClientParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#records = plan.requests.map((request) => parts.ledger.add(request));
    parts.clock.schedule(plan.startMs, () => this.#advance());
  }

  get done(): boolean {
    return this.#next >= this.#records.length && this.#open.length === 0;
  }

  calm(): void {
    this.#calm = true;
    this.#wire?.resume();
  }

  close(): void {
    this.#wire?.destroy();
    this.#lose();
  }

  onData(chunk: Buffer): void {
    this.#reader.receive(chunk);
  }

  onEnd(): void {
    this.#reader.end();
    this.#wire?.end();
    if (this.#open[0]?.tunnel !== undefined) this.#endTunnel();
    this.#lose();
  }

  onDrain(): void {}

  onClose(): void {
    this.#lose();
  }

  onHead(line: string, fields: ReadonlyMap<string, string>): number {
    const sent = this.#open[0];
    const { ledger } = this.#parts;
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
    if (sent === undefined) {
      // A sidecar that is tired of waiting for a request may say so.
      if (status !== 408) ledger.faults.push(`a client got ${line} and had asked nothing`);
      return Number(fields.get('content-length') ?? 0);
    }
    if (status < 200 && status !== 101) return 0;
    const own = sent.plan.grpc && fields.has('grpc-status');
    sent.judge.head(own ? 503 : status, fields.get('x-sim-id'), fields.get('x-sim-key'));
    if (sent.plan.upgrade) this.#last = true;
    if (status === 101) return this.#startTunnel(sent);
    if (fields.get('connection')?.includes('close') === true) this.#last = true;
    if (sent.plan.slowMs > 0 && !this.#calm) {
      const wire = this.#wire;
      wire?.pause();
      this.#parts.clock.schedule(sent.plan.slowMs, () => wire?.resume());
    }
    if (sent.judge.bodyless) return 0;
    if (fields.get('transfer-encoding') === 'chunked') return bodyForm.chunked;
    const length = fields.get('content-length');
    return length === undefined ? bodyForm.toTheEnd : Number(length);
  }

  onBody(bytes: Buffer, from: number, to: number): void {
    const sent = this.#open[0];
    if (sent?.tunnel !== undefined) {
      sent.tunnel.add(bytes, from, to);
      if (sent.tunnel.received >= tunnelBytes) this.#wire?.end();
    } else sent?.judge.body(bytes, from, to);
  }

  onMessageEnd(): void {
    const sent = this.#open[0];
    if (sent === undefined || !sent.judge.begun) return;
    this.#open.shift();
    sent.judge.end();
    // What the sidecar has answered before it was sent whole is not its to read any more.
    if (!sent.written) this.#last = true;
    if (this.#last) {
      this.#wire?.end();
      return;
    }
    const plan = this.#plan.requests[this.#next];
    if (plan !== undefined && plan.afterMs > 0) this.#parts.clock.schedule(plan.afterMs, () => this.#advance());
  }

  onNonsense(what: string): void {
    this.#parts.ledger.faults.push(`a client got nonsense: ${what}`);
  }

  /** Sends the next request if its time has come. */
  #advance(): void {
    const plan = this.#plan.requests[this.#next];
    const record = this.#records[this.#next];
    if (plan === undefined || record === undefined || this.#writing) return;
    if (this.#wire === undefined && !this.#connect()) return;
    if (this.#last || this.#open.at(-1)?.plan.upgrade === true || (plan.afterMs > 0 && this.#open.length > 0)) return;
    this.#next += 1;
    const judge = new AnswerJudge(record, this.#parts.ledger);
    this.#send({ plan, record, judge, written: false, tunnel: undefined });
  }

  #connect(): boolean {
    this.#connections += 1;
    this.#last = false;
    this.#reader = new MessageReader(this);
    const { network, port } = this.#parts;
    this.#wire = this.#connections > connectionsMax ? undefined : network.connect('client', port);
    if (this.#wire === undefined) {
      this.#giveUpRest();
      return false;
    }
    this.#wire.counted = false;
    this.#wire.sink = this;
    return true;
  }

  #send(sent: Sent): void {
    const { plan, record } = sent;
    const wire = this.#wire as SimWire;
    this.#writing = true;
    this.#open.push(sent);
    wire.write(headOf(plan, record));
    if (plan.giveUpMs >= 0) {
      this.#parts.clock.schedule(plan.giveUpMs, () => {
        if (record.outcome !== undefined || this.#wire !== wire || this.#calm) return;
        record.givenUp = true;
        wire.destroy();
        this.#lose();
      });
    }
    this.#writeBody(sent, wire, bodyOf(record.id, record.bodyLength), 0);
  }

  #writeBody(sent: Sent, wire: SimWire, body: Buffer, from: number): void {
    const { plan, record } = sent;
    // Who was answered early has no more to say.
    if (this.#wire !== wire || record.outcome !== undefined) return;
    const to = Math.min(body.length, from + Math.max(1, Math.ceil(body.length / plan.pieces)));
    const whole = to === body.length;
    if (wire.ending) return;
    // Before the last octet is there: the application may see it within the same turn.
    if (whole) record.sentWhole = true;
    if (to > from) {
      if (plan.chunked) wire.write(`${(to - from).toString(16)}\r\n`);
      wire.write(Buffer.from(body.subarray(from, to)));
      if (plan.chunked) wire.write('\r\n');
    }
    if (!whole) {
      this.#parts.clock.schedule(plan.gapMs, () => this.#writeBody(sent, wire, body, to));
      return;
    }
    if (plan.chunked) wire.write(plan.trailers ? `0\r\nx-sim-trailer: ${record.id}\r\n\r\n` : '0\r\n\r\n');
    sent.written = true;
    this.#writing = false;
    const more = this.#next < this.#records.length;
    if (!more && this.#plan.halfCloses && !plan.upgrade) wire.end();
    if (more && this.#plan.requests[this.#next]?.afterMs === 0) this.#advance();
  }

  #startTunnel(sent: Sent): number {
    sent.tunnel = new BodyCheck(sent.record.id, tunnelBytes);
    this.#wire?.write(Buffer.from(bodyOf(sent.record.id, tunnelBytes)));
    return bodyForm.raw;
  }

  #endTunnel(): void {
    const sent = this.#open.shift();
    const { tunnel } = sent ?? {};
    if (sent === undefined || tunnel === undefined) return;
    if (!tunnel.whole)
      this.#parts.ledger.fault(sent.record, `a tunnel that was cut after ${tunnel.received} ended in order`);
    if (tunnel.fault !== undefined) this.#parts.ledger.fault(sent.record, `the tunnel: ${tunnel.fault}`);
    this.#parts.ledger.settle(sent.record, tunnel.whole ? 'answered' : 'cut');
  }

  /** The connection is over. */
  #lose(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    wire.sink = deafSink;
    wire.resume();
    this.#wire = undefined;
    this.#writing = false;
    for (const { judge } of this.#open.splice(0)) judge.broken();
    if (this.#next < this.#records.length) this.#parts.clock.schedule(1, () => this.#advance());
  }

  #giveUpRest(): void {
    for (const record of this.#records.slice(this.#next)) this.#parts.ledger.settle(record, 'unsent');
    this.#next = this.#records.length;
  }
}

function headOf(plan: RequestPlan, record: RequestRecord): string {
  let text = `${plan.method} /r/${record.id} HTTP/1.1\r\nhost: a.test\r\nx-sim-id: ${record.id}\r\n`;
  if (plan.upgrade) text += 'connection: upgrade\r\nupgrade: websocket\r\n';
  if (plan.grpc) text += 'content-type: application/grpc\r\nte: trailers\r\n';
  if (plan.idempotent) text += `idempotency-key: ${record.id}\r\n`;
  if (plan.expects) text += 'expect: 100-continue\r\n';
  if (plan.chunked) text += 'transfer-encoding: chunked\r\n';
  else if (plan.method === 'POST' || plan.method === 'PUT') text += `content-length: ${record.bodyLength}\r\n`;
  return `${text}\r\n`;
}

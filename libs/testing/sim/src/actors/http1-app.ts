/** An application that speaks HTTP/1.1, well and badly. */

import type { Wire, WireSink } from '@weft/data-upstream';
import type { SimClock } from '../clock/sim-clock.ts';
import type { Arrival, Ledger } from '../scenario/ledger.ts';
import type { AnswerPlan } from '../scenario/plan.ts';
import { type AnswerTarget, performAnswer } from './answering.ts';
import { RequestJudge, unaskedId } from './judges.ts';
import { bodyForm, MessageReader, type MessageSink } from './message-reader.ts';

/** What applications of a scenario share. */
export interface AppParts {
  readonly clock: SimClock;
  readonly ledger: Ledger;
  nextAnswer(): AnswerPlan;
}

export class Http1App implements WireSink, MessageSink, AnswerTarget {
  readonly #parts: AppParts;
  readonly #wire: Wire;
  readonly #reader = new MessageReader(this);
  #judge: RequestJudge | undefined;
  /** The answer under way. */
  #answering: Arrival | undefined;
  #closed = false;
  #echo = false;
  #early = false;
  /** It gave an answer that nobody asked for: who took it for the next one goes on too soon. */
  #strayed = false;

  constructor(wire: Wire, parts: AppParts) {
    this.#parts = parts;
    this.#wire = wire;
    wire.sink = this;
    wire.resume();
  }

  get open(): boolean {
    return !this.#closed;
  }

  /** Closes it where nothing is under way, as servers do with idle connections. */
  leave(): void {
    if (this.#answering === undefined) this.#close();
  }

  onData(chunk: Buffer): void {
    if (this.#closed) return;
    this.#reader.receive(chunk);
  }

  onEnd(): void {
    if (this.#closed) return;
    if (this.#echo || this.#answering === undefined) this.#close();
  }

  onDrain(): void {}

  onClose(): void {
    this.#closed = true;
  }

  onHead(line: string, fields: ReadonlyMap<string, string>): number {
    const { ledger, clock } = this.#parts;
    if (this.#answering !== undefined && !this.#strayed)
      ledger.faults.push(`the application got ${line} before it had answered`);
    const id = Number(/^[A-Z]+ \/r\/(\d+) HTTP\/1\.1$/.exec(line)?.[1] ?? -1);
    const answer = this.#parts.nextAnswer();
    const arrival = ledger.arrive(id, answer);
    const record = ledger.requests[id];
    if (arrival === undefined || record === undefined) return 0;
    if (fields.get('x-sim-id') !== String(id))
      ledger.fault(record, `its head was mixed with ${fields.get('x-sim-id')}`);
    if (!line.startsWith(record.method)) ledger.fault(record, `came as ${line}`);
    this.#judge = new RequestJudge(record, arrival, ledger);
    this.#answering = arrival;
    if (fields.get('upgrade') === 'websocket') return this.#upgrade(arrival);
    this.#early = answer.kind === 'early';
    if (this.#early) performAnswer(clock, this, record, arrival);
    if (answer.gapMs > 10 && !this.#closed) this.#dawdle(answer.gapMs);
    if (fields.get('transfer-encoding') === 'chunked') return bodyForm.chunked;
    return Number(fields.get('content-length') ?? 0);
  }

  onBody(bytes: Buffer, from: number, to: number): void {
    if (this.#echo) this.#wire.write(Buffer.from(bytes.subarray(from, to)));
    else this.#judge?.body(bytes, from, to);
  }

  onMessageEnd(): void {
    const judge = this.#judge;
    this.#judge = undefined;
    if (judge === undefined || this.#echo) return;
    judge.end();
    if (!this.#early) performAnswer(this.#parts.clock, this, judge.record, judge.arrival);
  }

  onNonsense(what: string): void {
    this.#parts.ledger.faults.push(`the application got nonsense: ${what}`);
  }

  // The answer.

  informational(): void {
    this.#wire.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
  }

  head(arrival: Arrival, fields: string[], bodyless: boolean): void {
    const { status, framing, closes } = arrival.answer;
    let text = `HTTP/1.1 ${status} Whatever\r\n`;
    for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
    if (framing === 'chunked' && status !== 204) text += 'transfer-encoding: chunked\r\n';
    if (closes || framing === 'close') text += 'connection: close\r\n';
    this.#wire.write(`${text}\r\n`);
    if (bodyless) this.#done(arrival);
  }

  body(part: Buffer): void {
    if (this.#answering?.answer.framing === 'chunked') {
      this.#wire.write(`${part.length.toString(16)}\r\n`);
      this.#wire.write(Buffer.from(part));
      this.#wire.write('\r\n');
    } else this.#wire.write(Buffer.from(part));
  }

  end(arrival: Arrival, trailers: readonly string[]): void {
    if (arrival.answer.framing === 'chunked')
      this.#wire.write(trailers.length === 0 ? '0\r\n\r\n' : `0\r\n${trailers[0]}: ${trailers[1]}\r\n\r\n`);
    this.#done(arrival);
  }

  breakOff(rudely: boolean): void {
    this.#closed = true;
    if (rudely) this.#wire.reset?.();
    else this.#wire.destroy();
  }

  #done(arrival: Arrival): void {
    this.#answering = undefined;
    const { kind } = arrival.answer;
    if (kind === 'more') this.#strayed = true;
    if (kind === 'more' && arrival.answer.framing !== 'close')
      this.#wire.write(`HTTP/1.1 200 OK\r\nx-sim-id: ${unaskedId}\r\ncontent-length: 2\r\n\r\nno`);
    if (kind === 'close-after' || kind === 'more' || arrival.answer.closes || arrival.answer.framing === 'close')
      this.#close();
  }

  #close(): void {
    this.#closed = true;
    this.#wire.end();
    this.#wire.resume();
  }

  #upgrade(arrival: Arrival): number {
    this.#echo = true;
    this.#wire.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-sim-id: ${this.#judge?.record.id}\r\nx-sim-key: ${arrival.key}\r\n\r\n`,
    );
    return bodyForm.raw;
  }

  #dawdle(forMs: number): void {
    this.#wire.pause();
    this.#parts.clock.schedule(forMs, () => this.#wire.resume());
  }
}

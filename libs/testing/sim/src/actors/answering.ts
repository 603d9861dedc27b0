/** How an application carries out one answer, whatever it speaks. */

import type { SimClock } from '../clock/sim-clock.ts';
import { bodyOf } from '../scenario/bodies.ts';
import type { Arrival, RequestRecord } from '../scenario/ledger.ts';
import { answerKeyBase } from './judges.ts';

/** Where the answer is written. */
export interface AnswerTarget {
  /** False once it cannot be written to. */
  readonly open: boolean;
  informational(): void;
  /** @param bodyless nothing follows. */
  head(arrival: Arrival, fields: string[], bodyless: boolean): void;
  body(part: Buffer): void;
  /** @param trailers flat; empty: none. */
  end(arrival: Arrival, trailers: readonly string[]): void;
  /** In the middle of an answer or before it. @param rudely with RST. */
  breakOff(rudely: boolean): void;
}

/** Starts to answer; what is to come comes by the clock. */
export function performAnswer(clock: SimClock, target: AnswerTarget, record: RequestRecord, arrival: Arrival): void {
  const { answer } = arrival;
  if (answer.kind === 'silent') return;
  const go = (): void => {
    if (!target.open) return;
    if (answer.informational) target.informational();
    if (answer.kind === 'close-before' || answer.kind === 'reset-before')
      target.breakOff(answer.kind === 'reset-before');
    else writeAnswer(clock, target, record, arrival);
  };
  if (answer.delayMs === 0) go();
  else clock.schedule(answer.delayMs, go);
}

function writeAnswer(clock: SimClock, target: AnswerTarget, record: RequestRecord, arrival: Arrival): void {
  const { answer } = arrival;
  const bodyless = record.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const fields = ['x-sim-id', String(record.id), 'x-sim-key', String(arrival.key)];
  if (answer.framing === 'length' && answer.status !== 204) fields.push('content-length', String(answer.bodyLength));
  if (bodyless) arrival.finished = true;
  target.head(arrival, fields, bodyless);
  if (bodyless) return;
  const body = bodyOf(answerKeyBase + arrival.key, answer.bodyLength);
  const cut = answer.kind === 'cut';
  const stopAt = cut ? Math.floor(body.length * 0.6) : body.length;
  const step = Math.max(1, Math.ceil(body.length / answer.pieces));
  let at = 0;
  const next = (): void => {
    if (!target.open) return;
    const to = Math.min(stopAt, at + step);
    if (to > at) target.body(body.subarray(at, to));
    at = to;
    if (at < stopAt) {
      if (answer.gapMs === 0) next();
      else clock.schedule(answer.gapMs, next);
      return;
    }
    if (cut) {
      target.breakOff(answer.framing === 'close');
      return;
    }
    arrival.finished = true;
    target.end(arrival, answer.trailers ? ['x-sim-trailer', String(arrival.key)] : []);
  };
  next();
}

/** What the two actors think of one message: whose it is, whether it is whole, and what that must not be. */

import { BodyCheck } from '../scenario/bodies.ts';
import type { Arrival, Ledger, RequestRecord } from '../scenario/ledger.ts';

/** Keys of answers' bodies are above those of requests'. */
export const answerKeyBase = 100_000;
/** Id in answers that an application gives without a request. */
export const unaskedId = '99999';
/** What a sidecar may answer itself in these scenarios: a valid request is never refused. */
const ownStatuses = new Set([408, 502, 503, 504]);

/** The client's view of one answer. */
export class AnswerJudge {
  readonly record: RequestRecord;
  /** The head of the final answer came. */
  begun = false;
  /** 204, 304 and answers to HEAD. */
  bodyless = false;
  readonly #ledger: Ledger;
  #check: BodyCheck | undefined;
  #arrival: Arrival | undefined;

  constructor(record: RequestRecord, ledger: Ledger) {
    this.record = record;
    this.#ledger = ledger;
  }

  /** @param id @param key what the answer names; nothing: a sidecar's own. */
  head(status: number, id: string | undefined, key: string | undefined): void {
    const { record } = this;
    if (this.begun) this.#fault(`a second head: ${status}`);
    this.begun = true;
    record.status = status;
    this.bodyless = record.method === 'HEAD' || status === 204 || status === 304;
    if (id === undefined) {
      if (!ownStatuses.has(status)) this.#fault(`a sidecar answered ${status}`);
      return;
    }
    // An endpoint that answers what was not asked yet fools every client of HTTP/1.1 whose request had left by then.
    if (id === unaskedId) return;
    if (Number(id) !== record.id) this.#fault(`got the answer of request ${id}`);
    const arrival = record.arrivals.find((each) => each.key === Number(key));
    if (arrival === undefined) {
      this.#fault(`got an answer that its arrivals did not make: ${key}`);
      return;
    }
    record.answeredBy = arrival.key;
    this.#arrival = arrival;
    if (status !== arrival.answer.status && status !== 101)
      this.#fault(`${status} where the application said ${arrival.answer.status}`);
    this.#check = new BodyCheck(answerKeyBase + arrival.key, this.bodyless ? 0 : arrival.answer.bodyLength);
  }

  body(bytes: Buffer, from: number, to: number): void {
    this.#check?.add(bytes, from, to);
    if (this.#check?.fault !== undefined) this.#fault(`the answer's body: ${this.#check.fault}`);
  }

  end(): void {
    if (!this.begun) this.#fault('an answer without a head');
    if (this.#check !== undefined && !this.#check.whole)
      this.#fault(`an answer of ${this.#arrival?.answer.bodyLength} octets was whole after ${this.#check.received}`);
    this.#ledger.settle(this.record, 'answered');
  }

  /** Its connection or stream ended. */
  broken(): void {
    if (this.record.outcome === undefined) this.#ledger.settle(this.record, this.begun ? 'cut' : 'reset');
  }

  #fault(what: string): void {
    this.#ledger.fault(this.record, what);
  }
}

/** The application's view of one request. */
export class RequestJudge {
  readonly record: RequestRecord;
  readonly arrival: Arrival;
  readonly #ledger: Ledger;
  readonly #check: BodyCheck;

  constructor(record: RequestRecord, arrival: Arrival, ledger: Ledger) {
    this.record = record;
    this.arrival = arrival;
    this.#ledger = ledger;
    this.#check = new BodyCheck(record.id, record.bodyLength);
  }

  body(bytes: Buffer, from: number, to: number): void {
    this.#check.add(bytes, from, to);
    if (this.#check.fault !== undefined) this.#ledger.fault(this.record, `the request's body: ${this.#check.fault}`);
  }

  end(): void {
    const { record } = this;
    if (!record.sentWhole) this.#ledger.fault(record, 'reached the application whole and was not sent so');
    if (!this.#check.whole)
      this.#ledger.fault(record, `a request of ${record.bodyLength} octets was whole after ${this.#check.received}`);
    this.arrival.whole = true;
  }
}

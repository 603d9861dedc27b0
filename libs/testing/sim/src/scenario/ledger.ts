/** What happened to each request of a scenario, as each party saw it. */

import type { AnswerPlan, RequestPlan } from './plan.ts';

/** One time that the application got a request. */
export interface Arrival {
  /** Unique in the scenario: names the answer. */
  readonly key: number;
  readonly answer: AnswerPlan;
  /** The request's body was whole. */
  whole: boolean;
  /** The application said that it did not act on it (REFUSED_STREAM, GOAWAY). */
  refused: boolean;
  /** The answer was written to its end. */
  finished: boolean;
}

export interface RequestRecord {
  readonly id: number;
  readonly method: string;
  /** It may be sent again: its method or a field says so. */
  readonly repeatable: boolean;
  readonly bodyLength: number;
  readonly arrivals: Arrival[];
  /** The client wrote all of it. */
  sentWhole: boolean;
  /** The client gave it up. */
  givenUp: boolean;
  /** How it ended for the client; nothing: it did not. */
  outcome: 'answered' | 'cut' | 'reset' | 'unsent' | undefined;
  status: number;
  /** Key of the arrival that the answer names; -1: a proxy answered. */
  answeredBy: number;
  /** Lines in the access logs of both sidecars. */
  logs: { a: number; b: number };
}

export class Ledger {
  readonly requests: RequestRecord[] = [];
  readonly faults: string[] = [];
  #arrivals = 0;

  add({ method, bodyLength, idempotent }: RequestPlan): RequestRecord {
    const record: RequestRecord = {
      id: this.requests.length,
      method,
      repeatable: method !== 'POST' || idempotent,
      bodyLength,
      arrivals: [],
      sentWhole: false,
      givenUp: false,
      outcome: undefined,
      status: 0,
      answeredBy: -1,
      logs: { a: 0, b: 0 },
    };
    this.requests.push(record);
    return record;
  }

  /** @returns nothing: nobody sent such a request; noted as a fault. */
  arrive(id: number, answer: AnswerPlan): Arrival | undefined {
    const record = this.requests[id];
    if (record === undefined) {
      this.faults.push(`the application got request ${id}, which nobody sent`);
      return undefined;
    }
    const arrival: Arrival = { key: this.#arrivals++, answer, whole: false, refused: false, finished: false };
    record.arrivals.push(arrival);
    return arrival;
  }

  /** Ends a request for its client. */
  settle(record: RequestRecord, outcome: Exclude<RequestRecord['outcome'], undefined>): void {
    if (record.outcome !== undefined) this.fault(record, `ended twice: ${record.outcome}, then ${outcome}`);
    else record.outcome = outcome;
  }

  fault(record: RequestRecord, what: string): void {
    this.faults.push(`request ${record.id} (${record.method}): ${what}`);
  }
}

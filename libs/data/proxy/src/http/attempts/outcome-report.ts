/** What each attempt's end is told as: to outlier detection, peak EWMA and failure accrual, and to who counts; once an attempt each. */

import type { AttemptOutcome } from '@weft/data-runtime';
import type { ResponseHead } from '@weft/http';
import type { HttpExchange } from '../exchange.ts';
import { grpcStatusIn, httpStatusOf } from '../grpc-answer.ts';
import { tallyGrpc, tallyHead } from './endpoint-tally.ts';

const noFields: readonly string[] = [];

export class OutcomeReport implements AttemptOutcome {
  status = 0;
  grpcStatus: number | undefined;
  local: AttemptOutcome['local'];
  latencyMs = 0;
  fields: readonly string[] = noFields;
  readonly #exchange: HttpExchange;
  #sinceMs = 0;
  #due = false;
  /** A gRPC answer goes to the client, whose trailers say what it is. */
  #undecided = false;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** A connection is asked for. */
  waiting(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#due = true;
    this.#undecided = false;
  }

  /** There is a connection. @returns now. */
  start(): number {
    const nowMs = this.#exchange.context.clock.monotonic();
    this.#sinceMs = nowMs;
    return nowMs;
  }

  requestEnded(): void {
    if (this.#due) this.#sinceMs = this.#exchange.context.clock.monotonic();
  }

  head(head: ResponseHead, end: boolean): void {
    if (this.#exchange.cluster?.observe === undefined) return;
    this.status = head.status;
    this.fields = head.fields;
    this.latencyMs = this.#exchange.context.clock.monotonic() - this.#sinceMs;
    if (!this.#exchange.grpc) {
      this.#tell(undefined);
      return;
    }
    const grpcStatus = grpcStatusIn(head.fields);
    // It comes with the trailers otherwise.
    if (grpcStatus !== undefined || end || head.status !== 200) this.#tell(grpcStatus);
  }

  /** The answer goes to the client. */
  passesOn(head: ResponseHead, end: boolean): void {
    const { endpoint, grpc } = this.#exchange;
    if (endpoint !== undefined) this.#undecided = tallyHead(endpoint.counts, grpc, head.status, head.fields, end);
  }

  trailers(fields: readonly string[]): void {
    this.#decide(fields);
    if (this.#due && this.#exchange.grpc) this.#tell(grpcStatusIn(fields));
  }

  /** The answer is whole. */
  end(): void {
    this.#decide(noFields);
    if (this.#due && this.status !== 0) this.#tell(undefined);
    this.fields = noFields;
  }

  /** There will be no answer of this attempt, or no more of the one that goes to the client. */
  broken(answering: boolean): void {
    const { endpoint } = this.#exchange;
    if (endpoint !== undefined && (!answering || this.#undecided)) endpoint.counts.requestErrors += 1;
    this.#undecided = false;
  }

  /** This proxy waits no longer. */
  timedOut(): void {
    const { endpoint } = this.#exchange;
    if (endpoint !== undefined) endpoint.counts.requestTimeouts += 1;
  }

  /** The attempt failed here. */
  failed(kind: NonNullable<AttemptOutcome['local']>): void {
    if (!this.#due || this.#exchange.cluster?.observe === undefined) return;
    this.status = 0;
    this.fields = noFields;
    this.latencyMs = this.#exchange.context.clock.monotonic() - this.#sinceMs;
    this.local = kind;
    this.#tell(undefined);
    this.local = undefined;
  }

  #decide(fields: readonly string[]): void {
    const { endpoint } = this.#exchange;
    if (this.#undecided && endpoint !== undefined) tallyGrpc(endpoint.counts, fields);
    this.#undecided = false;
  }

  #tell(grpcStatus: number | undefined): void {
    const { cluster, endpoint } = this.#exchange;
    this.#due = false;
    this.grpcStatus = grpcStatus;
    if (grpcStatus !== undefined) this.status = httpStatusOf(grpcStatus);
    if (endpoint !== undefined) cluster?.observe?.(endpoint, this);
    this.status = 0;
  }
}

/** A whole request of this proxy's own: a copy for a mirror, or what a filter asks. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import type {
  AcquireOptions,
  OutgoingHead,
  ResetReason,
  UpstreamClient,
  UpstreamPools,
  UpstreamStream,
  Waiter,
} from '@weft/data-upstream';
import type { ResponseHead } from '@weft/http';
import { type Cancel, type Clock, copyOfOctets, type ErrorCode } from '@weft/kernel';
import { tallyGrpc, tallyHead } from './attempts/endpoint-tally.ts';
import { isGrpc } from './grpc-answer.ts';

export interface DetachedOptions {
  readonly pools: UpstreamPools;
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
  readonly acquire: AcquireOptions;
  readonly head: OutgoingHead;
  readonly body: Buffer;
  /** 0: none. */
  readonly timeoutMs: number;
  /** The most that is read of the answer's body; -1: it is dropped. */
  readonly answerBytesMax: number;
  /** Once, not after `cancel`. */
  readonly onDone: (result: DetachedAnswer | DetachedFailure) => void;
}

export interface DetachedAnswer {
  readonly status: number;
  readonly fields: readonly string[];
  readonly trailers: readonly string[];
  readonly body: Buffer;
}

export interface DetachedFailure {
  readonly code: ErrorCode;
  readonly reason: string;
}

const noFields: readonly string[] = [];

export class DetachedRequest implements UpstreamClient {
  readonly #options: DetachedOptions;
  readonly #stopTimer: Cancel;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  #head: ResponseHead | undefined;
  #stream: UpstreamStream | undefined;
  #waiter: Waiter | undefined;
  /** A gRPC answer whose trailers say what it is. */
  #undecided = false;
  #over = false;

  constructor(options: DetachedOptions) {
    this.#options = options;
    const { clock, timeoutMs, pools, cluster, endpoint, acquire } = options;
    this.#stopTimer =
      timeoutMs > 0
        ? clock.after(timeoutMs, () => this.#fail('upstream_timeout', `no answer in ${timeoutMs} ms`))
        : () => {};
    const waiter = pools.acquire(cluster, endpoint, this, acquire);
    if (!this.#over && waiter !== undefined) this.#waiter = waiter;
  }

  /** Nothing is told any more. */
  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopTimer();
    this.#waiter?.cancel();
    this.#stream?.reset();
  }

  onUpstreamReady(stream: UpstreamStream): void {
    this.#waiter = undefined;
    this.#stream = stream;
    const { head, body } = this.#options;
    stream.send(head, body, 0, body.length, true);
  }

  onUpstreamFailed(code: ErrorCode, _reset: ResetReason, reason: string): void {
    this.#waiter = undefined;
    this.#fail(code, reason);
  }

  onUpstreamInformational(): void {}

  onUpstreamHead(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): void {
    this.#head = head;
    const { counts } = this.#options.endpoint;
    this.#undecided = tallyHead(counts, isGrpc(this.#options.head.fields), head.status, head.fields, end);
    this.onUpstreamBody(bytes, from, to, end);
  }

  onUpstreamBody(bytes: Buffer, from: number, to: number, end: boolean): void {
    const { answerBytesMax } = this.#options;
    if (answerBytesMax >= 0 && to > from) {
      this.#bytes += to - from;
      if (this.#bytes > answerBytesMax) {
        this.#fail('upstream_malformed', `the answer has more than ${answerBytesMax} bytes`);
        return;
      }
      this.#parts.push(copyOfOctets(bytes, from, to));
    }
    if (end) this.#answer(noFields);
  }

  onUpstreamTrailers(fields: string[]): void {
    this.#answer(fields);
  }

  onUpstreamDrain(): void {}

  onUpstreamReset(code: ErrorCode, _reset: ResetReason, _unprocessed: boolean, detail: string): void {
    this.#stream = undefined;
    this.#fail(code, detail);
  }

  #answer(trailers: readonly string[]): void {
    this.#stream = undefined;
    if (this.#undecided) tallyGrpc(this.#options.endpoint.counts, trailers);
    this.#end();
    const { status, fields } = this.#head as ResponseHead;
    this.#options.onDone({ status, fields, trailers, body: Buffer.concat(this.#parts) });
  }

  #fail(code: ErrorCode, reason: string): void {
    if (this.#over) return;
    const { counts } = this.#options.endpoint;
    if (this.#head === undefined && this.#stream !== undefined && code === 'upstream_timeout')
      counts.requestTimeouts += 1;
    const failed = this.#head === undefined && code !== 'upstream_overflow';
    if (failed || this.#undecided) counts.requestErrors += 1;
    this.#waiter?.cancel();
    this.#stream?.reset();
    this.#end();
    this.#options.onDone({ code, reason });
  }

  #end(): void {
    this.#over = true;
    this.#stopTimer();
  }
}

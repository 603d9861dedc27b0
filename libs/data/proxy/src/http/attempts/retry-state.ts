/** Whether an attempt that failed is made again: Envoy's RetryStateImpl, with its words, counts and budget. */

import { type Breaker, type RetryPolicy, type RouteRequest, retryOnBits } from '@weft/data-runtime';
import type { ResetReason } from '@weft/data-upstream';
import type { Random } from '@weft/kernel';
import { grpcStatusIn } from '../grpc-answer.ts';
import type { EnvoyHeaders } from './envoy-headers.ts';

export type RetryVerdict = 'yes' | 'no' | 'exhausted' | 'overflow';

/** How an attempt ended before an answer: what the pools say, or what this proxy did. */
export type FailedAttempt = ResetReason | 'local_reset';

const grpcBits = [
  [1, retryOnBits.grpcCancelled],
  [4, retryOnBits.grpcDeadlineExceeded],
  [8, retryOnBits.grpcResourceExhausted],
  [13, retryOnBits.grpcInternal],
  [14, retryOnBits.grpcUnavailable],
] as const;
const anyGrpc = grpcBits.reduce((all, [, bit]) => all | bit, 0);
const anyReset = retryOnBits.reset | retryOnBits.serverError | retryOnBits.gatewayError;
const defaultBaseMs = 25;

export class RetryState {
  #policy: RetryPolicy | undefined;
  #on = 0;
  #left = 0;
  #made = 0;
  #statusCodes: readonly number[] = [];
  #headerNames: readonly string[] = [];
  #breaker: Breaker | undefined;
  #counted = false;

  /** A request begins. */
  start(policy: RetryPolicy | undefined, asked: EnvoyHeaders, request: RouteRequest, breaker: Breaker): void {
    this.release();
    this.#policy = policy;
    this.#breaker = breaker;
    this.#made = 0;
    this.#on = policy?.on ?? 0;
    this.#left = policy?.retriesMax ?? 1;
    this.#statusCodes = policy?.statusCodes ?? [];
    this.#headerNames = [];
    if (asked.any) this.#ask(asked);
    const wanted = policy?.requestHeaders;
    if (wanted !== undefined && wanted.length > 0 && !wanted.some((matches) => matches(request))) this.#on = 0;
  }

  get on(): boolean {
    return this.#on !== 0 && this.#left > 0;
  }

  /** An attempt broke off. @param sent a part of the request had gone to the endpoint. */
  afterReset(reason: FailedAttempt, sent: boolean): RetryVerdict {
    if (this.#on === 0 || reason === 'overflow') return 'no';
    const refused = reason === 'remote_refused_stream_reset';
    const connect = reason === 'remote_connection_failure' || reason === 'connection_timeout';
    const wanted =
      (this.#on & anyReset) !== 0 ||
      ((this.#on & retryOnBits.resetBeforeRequest) !== 0 && !sent) ||
      ((this.#on & retryOnBits.refusedStream) !== 0 && refused) ||
      ((this.#on & retryOnBits.connectFailure) !== 0 && connect);
    return wanted ? this.#take() : 'no';
  }

  /** An answer came. */
  afterHead(status: number, fields: readonly string[]): RetryVerdict {
    if (this.#on === 0 || !this.#wants(status, fields)) return 'no';
    return this.#take();
  }

  /** Milliseconds until the retry. @param fields of the answer that is retried; nothing: there was none. */
  backOffMs(random: Random, nowMs: number, fields: readonly string[] | undefined): number {
    const policy = this.#policy;
    const told = fields === undefined ? undefined : toldMs(policy, fields, nowMs);
    if (told !== undefined) return told + random() * (told / 2);
    const baseMs = policy === undefined || policy.backOffBaseMs <= 0 ? defaultBaseMs : policy.backOffBaseMs;
    const maxMs = policy === undefined || policy.backOffMaxMs <= 0 ? baseMs * 10 : policy.backOffMaxMs;
    const spanMs = Math.min(baseMs * 2 ** Math.min(this.#made - 1, 30), maxMs);
    return random() * spanMs;
  }

  /** The retry that counted against the breaker is over. */
  release(): void {
    if (!this.#counted) return;
    this.#counted = false;
    if (this.#breaker !== undefined) this.#breaker.used.retries -= 1;
  }

  #ask(asked: EnvoyHeaders): void {
    this.#on |= asked.retryOn;
    if (this.#on !== 0 && asked.retriesMax >= 0) this.#left = asked.retriesMax;
    if (asked.statusCodes.length > 0) this.#statusCodes = [...this.#statusCodes, ...asked.statusCodes];
    this.#headerNames = asked.headerNames;
  }

  #take(): RetryVerdict {
    this.release();
    if (this.#left === 0) return 'exhausted';
    const breaker = this.#breaker as Breaker;
    if (breaker.used.retries >= retriesAllowed(breaker)) return 'overflow';
    this.#left -= 1;
    this.#made += 1;
    breaker.used.retries += 1;
    this.#counted = true;
    return 'yes';
  }

  #wants(status: number, fields: readonly string[]): boolean {
    const on = this.#on;
    if (has(fields, 'x-envoy-overloaded')) return false;
    if (has(fields, 'x-envoy-ratelimited')) return (on & retryOnBits.envoyRatelimited) !== 0;
    if ((on & retryOnBits.serverError) !== 0 && status >= 500) return true;
    if ((on & retryOnBits.gatewayError) !== 0 && status >= 502 && status <= 504) return true;
    if ((on & retryOnBits.retriable4xx) !== 0 && status === 409) return true;
    if ((on & retryOnBits.retriableStatusCodes) !== 0 && this.#statusCodes.includes(status)) return true;
    if ((on & retryOnBits.retriableHeaders) !== 0 && this.#wantsHeaders(fields)) return true;
    if ((on & anyGrpc) === 0) return false;
    const grpcStatus = grpcStatusIn(fields);
    return grpcBits.some(([number, bit]) => number === grpcStatus && (on & bit) !== 0);
  }

  #wantsHeaders(fields: readonly string[]): boolean {
    if (this.#headerNames.some((name) => has(fields, name))) return true;
    return this.#policy?.responseHeaders.some((matches) => matches(fields)) === true;
  }
}

function retriesAllowed({ retryBudget, retriesMax, used }: Breaker): number {
  if (retryBudget === undefined) return retriesMax;
  const share = Math.floor(((used.requests + used.pending) * retryBudget.percent) / 100);
  return Math.max(retryBudget.minimum, share);
}

/** What a rate-limited endpoint says of when to come again; nothing: not that, or longer than is waited. */
function toldMs(policy: RetryPolicy | undefined, fields: readonly string[], nowMs: number): number | undefined {
  if (policy === undefined) return undefined;
  for (const { name, format } of policy.resetHeaders) {
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] !== name) continue;
      const value = fields[i + 1] as string;
      if (!/^[0-9]{1,12}$/.test(value)) continue;
      const ms = format === 'seconds' ? Number(value) * 1_000 : Number(value) * 1_000 - nowMs;
      if (ms > 0 && ms <= policy.resetMaxMs) return ms;
    }
  }
  return undefined;
}

function has(fields: readonly string[], name: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return true;
  return false;
}

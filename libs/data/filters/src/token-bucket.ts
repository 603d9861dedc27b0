/** A token bucket that fills by arithmetic on the clock, as Envoy's does: without timers, a fraction of a token at a time. */

import { milliseconds, refuse } from '@weft/data-runtime';
import type { TokenBucket as Message } from '@weft/xds-messages/envoy/type/v3/token_bucket';

/** What a bucket is made from. */
export interface BucketSpec {
  readonly tokensMax: number;
  readonly tokensPerMs: number;
}

/** Envoy's shortest fill_interval of rate limits. */
const fillIntervalMinMs = 50;

export class TokenBucket {
  readonly spec: BucketSpec;
  #tokens: number;
  #atMs: number;

  /** Full at first. @param nowMs monotonic, as all times here. */
  constructor(spec: BucketSpec, nowMs: number) {
    this.spec = spec;
    this.#tokens = spec.tokensMax;
    this.#atMs = nowMs;
  }

  /** @returns false: there are too few, and none is taken. */
  take(count: number, nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Whole tokens. */
  remaining(nowMs: number): number {
    this.#fill(nowMs);
    return Math.floor(this.#tokens);
  }

  /** Until there is a whole token; 0: there is one. */
  nextTokenMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.spec.tokensPerMs;
  }

  #fill(nowMs: number): void {
    const { tokensMax, tokensPerMs } = this.spec;
    this.#tokens = Math.min(tokensMax, this.#tokens + Math.max(0, nowMs - this.#atMs) * tokensPerMs);
    this.#atMs = nowMs;
  }
}

/** @throws WeftError `config_rejected` for a bucket that can never fill. */
export function compileBucket(message: Message, where: string): BucketSpec {
  const intervalMs = milliseconds(message.fillInterval, 0);
  if (intervalMs < fillIntervalMinMs) refuse(where, `fill_interval must be ${fillIntervalMinMs} ms at least`);
  const tokensPerFill = message.tokensPerFill ?? 1;
  if (message.maxTokens === 0) refuse(where, 'max_tokens must be more than 0');
  if (tokensPerFill === 0) refuse(where, 'tokens_per_fill must be more than 0');
  return { tokensMax: message.maxTokens, tokensPerMs: tokensPerFill / intervalMs };
}

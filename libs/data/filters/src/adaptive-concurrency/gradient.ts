/**
 * Envoy's gradient controller: the limit follows how the latency of now compares with that of an idle upstream. Windows end by
 * the clock when the next request comes or ends, so that no timer outlives its configuration.
 */

import type { Clock, Random } from '@weft/kernel';
import { LatencySamples } from './samples.ts';

export interface GradientSettings {
  /** 0 to 1. */
  readonly percentile: number;
  readonly limitMax: number;
  readonly updateIntervalMs: number;
  /** How often the latency of an idle upstream is measured, up to `jitter` (a share) later, with so many requests. */
  readonly idleIntervalMs: number;
  readonly idleRequests: number;
  readonly jitter: number;
  readonly limitMin: number;
  /** Share of latency that is no congestion. */
  readonly buffer: number;
}

/** For gauges. */
export interface GradientState {
  readonly limit: number;
  readonly measuring: boolean;
  readonly idleMs: number;
  readonly sampleMs: number;
  readonly gradient: number;
  readonly headroom: number;
}

/** Windows at the least limit after which the upstream's idle latency is measured anew. */
export const windowsAtMinimumMax = 5;
const gradientMin = 0.5;
const gradientMax = 2;

export class GradientController implements GradientState {
  limit: number;
  measuring = false;
  idleMs = 0;
  sampleMs = 0;
  gradient = 0;
  headroom = 0;
  /** Requests under way. */
  outstanding = 0;
  readonly #settings: GradientSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #samples: LatencySamples;
  #limitAfter = 0;
  #measuringSinceMs = 0;
  #measureAtMs = Number.POSITIVE_INFINITY;
  #updateAtMs: number;
  #windowsAtMinimum = 0;

  constructor(settings: GradientSettings, clock: Clock, random: Random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#samples = new LatencySamples(random);
    this.limit = settings.limitMin;
    const nowMs = clock.monotonic();
    this.#updateAtMs = nowMs + settings.updateIntervalMs;
    this.#measure(nowMs);
  }

  /** @returns false: the limit is reached; else call `end` or `drop` later. */
  admit(): boolean {
    this.#turn(this.#clock.monotonic());
    if (this.outstanding >= this.limit) return false;
    this.outstanding += 1;
    return true;
  }

  /** The answer is whole. @param startedMs when it was admitted. */
  end(startedMs: number): void {
    const nowMs = this.#clock.monotonic();
    this.#turn(nowMs);
    this.outstanding -= 1;
    // A request from before the measurement met a busier upstream.
    if (this.measuring && startedMs < this.#measuringSinceMs) return;
    this.#samples.add(nowMs - startedMs);
    if (this.measuring && this.#samples.count >= this.#settings.idleRequests) this.#measured(nowMs);
  }

  /** The answer never became whole: no sample. */
  drop(): void {
    this.outstanding -= 1;
  }

  #turn(nowMs: number): void {
    if (nowMs >= this.#measureAtMs && !this.measuring) this.#measure(nowMs);
    if (nowMs < this.#updateAtMs) return;
    this.#updateAtMs = nowMs + this.#settings.updateIntervalMs;
    if (this.measuring || this.#samples.count === 0) return;
    this.sampleMs = this.#samples.percentile(this.#settings.percentile);
    this.#samples.clear();
    this.#setLimit(this.#nextLimit(), nowMs);
  }

  #nextLimit(): number {
    const { buffer, limitMin, limitMax } = this.#settings;
    const raw = this.sampleMs <= 0 ? gradientMax : (this.idleMs * (1 + buffer)) / this.sampleMs;
    this.gradient = Math.min(gradientMax, Math.max(gradientMin, raw));
    const scaled = this.limit * this.gradient;
    this.headroom = Math.sqrt(scaled);
    return Math.floor(Math.min(limitMax, Math.max(limitMin, scaled + this.headroom)));
  }

  #setLimit(limit: number, nowMs: number): void {
    const { limitMin } = this.#settings;
    this.#windowsAtMinimum = limit === limitMin && this.limit === limitMin ? this.#windowsAtMinimum + 1 : 0;
    this.limit = limit;
    if (this.#windowsAtMinimum >= windowsAtMinimumMax) this.#measure(nowMs);
  }

  #measure(nowMs: number): void {
    this.measuring = true;
    this.#measuringSinceMs = nowMs;
    this.#limitAfter = this.limit;
    this.#windowsAtMinimum = 0;
    this.limit = this.#settings.limitMin;
    this.#samples.clear();
  }

  #measured(nowMs: number): void {
    const { percentile, idleIntervalMs, jitter } = this.#settings;
    this.idleMs = this.#samples.percentile(percentile);
    this.#samples.clear();
    this.measuring = false;
    this.limit = this.#limitAfter;
    this.#measureAtMs = nowMs + idleIntervalMs * (1 + jitter * this.#random());
    this.#updateAtMs = nowMs + this.#settings.updateIntervalMs;
  }
}

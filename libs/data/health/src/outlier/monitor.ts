/** What outlier detection knows of one endpoint. */

import type { EjectionKind } from '@weft/data-runtime';

/** Requests of one interval and how many of them were well. */
class SuccessRate {
  #total = 0;
  #successes = 0;
  /** Of the last whole interval. */
  lastTotal = 0;
  lastSuccesses = 0;
  /** Percent of it; -1: there were too few of them, or too few endpoints, to be judged. */
  judged = -1;

  add(success: boolean): void {
    this.#total += 1;
    if (success) this.#successes += 1;
  }

  /** An interval is over. */
  turn(): void {
    this.lastTotal = this.#total;
    this.lastSuccesses = this.#successes;
    this.#total = 0;
    this.#successes = 0;
  }

  /** Percent of the last interval; only where `lastTotal` is over 0. */
  get percent(): number {
    return (100 * this.lastSuccesses) / this.lastTotal;
  }

  get isIdle(): boolean {
    return this.#total === 0 && this.lastTotal === 0;
  }
}

export class Monitor {
  consecutive5xx = 0;
  consecutiveGateway = 0;
  consecutiveLocal = 0;
  readonly external = new SuccessRate();
  readonly local = new SuccessRate();
  /** Why it is ejected; nothing: it is not. */
  ejectedFor: EjectionKind | undefined;
  ejectedAtMs = 0;
  jitterMs = 0;
  /** How many base times an ejection lasts: grows with each, falls with each healthy interval. */
  multiplier = 0;

  resetConsecutive(): void {
    this.consecutive5xx = 0;
    this.consecutiveGateway = 0;
    this.consecutiveLocal = 0;
  }
}

/** Bounds retries to a share of the traffic, so that a failing callee is not buried under them. */

import type { Clock } from '@weft/kernel';

export interface RetryBudgetOptions {
  /** Retries allowed per call, 0.2 = one in five. */
  readonly ratio: number;
  /** Retries a second that are allowed whatever the traffic. */
  readonly perSecondMin: number;
  /** Most retries that can be saved up. */
  readonly savedMax: number;
  readonly clock: Clock;
}

export interface RetryBudget {
  /** Notes a first attempt. */
  deposit(): void;
  /** True when a retry may be made now; it is then spent. */
  withdraw(): boolean;
}

/** A bucket that calls and time fill and retries empty; it starts with one second's minimum. */
export function createRetryBudget({ ratio, perSecondMin, savedMax, clock }: RetryBudgetOptions): RetryBudget {
  let saved = Math.min(savedMax, perSecondMin);
  let filledAt = clock.monotonic();
  const add = (amount: number): void => {
    saved = Math.min(savedMax, saved + amount);
  };
  return {
    deposit: () => add(ratio),
    withdraw() {
      const now = clock.monotonic();
      add(((now - filledAt) / 1000) * perSecondMin);
      filledAt = now;
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}

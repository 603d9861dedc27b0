/** Delays after failures: doubling, with half of each left to chance, so that a thousand watches do not come back at once. */

import type { Random } from '@weft/kernel';

export interface BackOff {
  /** Milliseconds to wait before the next attempt. */
  next(): number;
  /** The next delay is the first again. */
  reset(): void;
}

export function createBackOff(firstMs: number, maxMs: number, random: Random): BackOff {
  let attempts = 0;
  return {
    next() {
      const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempts, 30));
      attempts += 1;
      return full / 2 + (random() * full) / 2;
    },
    reset() {
      attempts = 0;
    },
  };
}

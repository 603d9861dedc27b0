/** Waiting times between attempts to connect: doubled, bounded, with jitter so that a fleet does not come back as one. */

import type { Random } from '@weft/kernel';

/** Shortest wait before a new attempt, milliseconds. */
export const backOffMinMs = 100;
/** Longest wait before a new attempt, milliseconds: a restarted control plane has its proxies back well within its reconnect grace. */
export const backOffMaxMs = 3_000;

export interface BackOff {
  /** Milliseconds to wait now; grows with each call. */
  next(): number;
  reset(): void;
}

/** Each wait is drawn from the upper half of a ceiling that doubles from 200 ms to 3 s. */
export function createBackOff(random: Random): BackOff {
  let ceiling = backOffMinMs * 2;
  return {
    next() {
      const wait = Math.max(backOffMinMs, ceiling * (0.5 + random() / 2));
      ceiling = Math.min(backOffMaxMs, ceiling * 2);
      return Math.min(backOffMaxMs, wait);
    },
    reset() {
      ceiling = backOffMinMs * 2;
    },
  };
}

/** Counts in this process. */

import type { Clock } from '@weft/kernel';
import type { Counters } from './counters.ts';

/** Keys at a time, unless said otherwise; over it those that came first are forgotten. */
export const memoryKeysMax = 200_000;

interface Count {
  hits: number;
  readonly expiresAtMs: number;
}

export function createMemoryCounters(
  clock: Clock,
  keysMax = memoryKeysMax,
): Counters & { readonly size: () => number } {
  const counts = new Map<string, Count>();

  /** Those that came first are, window by window, those that end first. */
  const makeRoom = (nowMs: number): void => {
    for (const [key, { expiresAtMs }] of counts) {
      if (expiresAtMs > nowMs && counts.size < keysMax) return;
      counts.delete(key);
    }
  };

  return {
    async add(hits) {
      const nowMs = clock.now();
      return hits.map(({ key, addend, expiresAtMs }) => {
        const known = counts.get(key);
        if (known !== undefined) {
          known.hits += addend;
          return known.hits;
        }
        makeRoom(nowMs);
        counts.set(key, { hits: addend, expiresAtMs });
        return addend;
      });
    },
    close: async () => counts.clear(),
    size: () => counts.size,
  };
}

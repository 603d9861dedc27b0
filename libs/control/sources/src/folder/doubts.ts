/** Files that are gone or empty at this moment: looked at twice before it is believed, for editors save that way. */

import type { Cancel, Clock } from '@weft/kernel';
import { sourceLimits } from '../limits.ts';

export interface Doubts {
  /** True once the doubt about this file is `confirmMs` old; until then the folder will be looked at again. */
  isCertain(file: string): boolean;
  has(file: string): boolean;
  /** The doubt is over, one way or the other. */
  settle(file: string): void;
  stop(): void;
}

/** @param lookAgain called when a doubt is old enough. */
export function createDoubts(clock: Clock, lookAgain: () => void): Doubts {
  const since = new Map<string, number>();
  let cancel: Cancel = () => {};
  return {
    has: (file) => since.has(file),
    settle: (file) => void since.delete(file),
    stop: () => cancel(),
    isCertain(file) {
      const now = clock.monotonic();
      const first = since.get(file) ?? now;
      since.set(file, first);
      const remainingMs = first + sourceLimits.confirmMs - now;
      if (remainingMs <= 0) return true;
      cancel();
      cancel = clock.after(Math.ceil(remainingMs), lookAgain);
      return false;
    },
  };
}

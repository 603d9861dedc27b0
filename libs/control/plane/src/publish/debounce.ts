/** Joins changes that come together into one run: after a quiet time, but never later than a ceiling. */

import type { Cancel, Clock } from '@weft/kernel';

export interface Debounce {
  /** Something changed. */
  trigger(): void;
  stop(): void;
}

/** @param run is never called while `trigger` is. */
export function createDebounce(clock: Clock, quietMs: number, ceilingMs: number, run: () => void): Debounce {
  let cancel: Cancel | undefined;
  let firstAt = 0;

  const fire = (): void => {
    cancel = undefined;
    run();
  };

  return {
    trigger() {
      const now = clock.monotonic();
      if (cancel === undefined) firstAt = now;
      cancel?.();
      cancel = clock.after(Math.max(0, Math.min(quietMs, firstAt + ceilingMs - now)), fire);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}

/** When a folder is looked at: one look at a time, soon after an event, and now and then. */

import type { Cancel, Clock } from '@weft/kernel';
import { sourceLimits } from '../limits.ts';

/** 'changed' reads files whose stamp moved, 'all' reads every file, for stamps are too coarse for two saves in one tick. */
export type Look = 'changed' | 'all';

export interface Looks {
  /** Looks now, or once more when the look under way is over; resolves after it. */
  now(how: Look): Promise<void>;
  /** Looks at everything when `debounceMs` passed without another call, `debounceMaxMs` after the first at the latest. */
  soon(): void;
  /** From here on `soon` counts, and the folder is polled. */
  start(): void;
  /** Resolves when no look is under way. */
  stop(): Promise<void>;
}

export function createLooks(clock: Clock, look: (how: Look) => Promise<void>): Looks {
  let running: Promise<void> | undefined;
  let again: Look | undefined;
  let firstAt: number | undefined;
  let cancelSoon: Cancel = () => {};
  let cancelPoll: Cancel = () => {};
  let state: 'new' | 'started' | 'stopped' = 'new';

  const run = async (how: Look): Promise<void> => {
    try {
      for (let next: Look | undefined = how; next !== undefined; next = again) {
        again = undefined;
        await look(next);
      }
    } finally {
      running = undefined;
    }
  };

  const now = (how: Look): Promise<void> => {
    if (state === 'stopped') return Promise.resolve();
    if (running === undefined) running = run(how);
    else again = how === 'all' || again === 'all' ? 'all' : 'changed';
    return running;
  };

  return {
    now,
    soon() {
      if (state !== 'started') return;
      const time = clock.monotonic();
      firstAt ??= time;
      if (time - firstAt > sourceLimits.debounceMaxMs - sourceLimits.debounceMs) return;
      cancelSoon();
      cancelSoon = clock.after(sourceLimits.debounceMs, () => {
        firstAt = undefined;
        void now('all');
      });
    },
    start() {
      state = 'started';
      cancelPoll = clock.every(sourceLimits.pollMs, () => void now('changed'));
    },
    async stop() {
      state = 'stopped';
      cancelSoon();
      cancelPoll();
      await running;
    },
  };
}

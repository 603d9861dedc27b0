/** Waits of tests: for what becomes true, for what stands still, and for what only time brings. */

import type { ManualClock } from '@weft/kernel';

/** All that is ready to be read or written has been. */
export const turn = (): Promise<void> => new Promise(setImmediate);

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/**
 * Resolves with a number that has not changed for 200 turns: what moves it is held back. One that only stood still for long ends the wait
 * early: where that is possible, what the test goes on with must hold all the same.
 */
export async function untilStill(read: () => number): Promise<number> {
  let before = read();
  for (let still = 0; still < 200; ) {
    await turn();
    const now = read();
    still = now === before ? still + 1 : 0;
    before = now;
  }
  return before;
}

/**
 * Moves the clock by `stepMs` a turn as long as `waits` says that nothing else than time is waited for, until the outcome is there: time never
 * overtakes octets that are on their way.
 */
export async function afterTime<T>(
  outcome: Promise<T>,
  clock: ManualClock,
  stepMs: number,
  waits: () => boolean,
): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  outcome.then(end, end);
  while (!over) {
    await turn();
    if (waits()) clock.advance(stepMs);
  }
  return outcome;
}

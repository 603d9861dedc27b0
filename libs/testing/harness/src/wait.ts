/** Waiting for a condition, bounded: the one place where a whole-mesh test polls. */

import { delay, systemClock } from '@weft/kernel';

const pollMs = 10;

/** Resolves with the first value that is not undefined. @throws Error naming `what` after `withinMs`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 15_000,
): Promise<T> {
  const until = systemClock.monotonic() + withinMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (systemClock.monotonic() > until) throw new Error(`${what}: not within ${withinMs} ms`);
    await delay(systemClock, pollMs);
  }
}

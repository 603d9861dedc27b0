/** How many heaps glibc's malloc keeps. */

import { libc } from './libc.ts';

/** mallopt(3). */
const M_ARENA_MAX = -8;

/**
 * All threads share one heap of the C library: V8's workers, which compile and collect, would each keep one of their own, some MB that
 * are mostly free. To be called first of all: a thread keeps the heap that it has. @returns false where the C library has no such setting.
 */
export function shareOneArena(): boolean {
  return libc()?.mallopt?.(M_ARENA_MAX, 1) === 1;
}

/** Bounds how many calls run at once and how many wait, so that one slow callee cannot take everything. */

import type { Call, CallContext, Policy } from './policy.ts';
import { ResilienceError } from './resilience-error.ts';

export interface BulkheadOptions {
  readonly concurrencyMax: number;
  /** Calls that wait for a place; further ones are refused with `bulkhead_full`. */
  readonly queueMax: number;
}

/** Waiting calls start in order of arrival; one whose signal is aborted leaves the queue. */
export function bulkhead({ concurrencyMax, queueMax }: BulkheadOptions): Policy {
  let running = 0;
  const waiting = new Set<() => void>();

  const takePlace = ({ signal }: CallContext): Promise<void> | undefined => {
    if (running < concurrencyMax) {
      running++;
      return undefined;
    }
    if (waiting.size >= queueMax) throw new ResilienceError('bulkhead_full', `${queueMax} calls wait already`);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiting.delete(enter);
        reject(new ResilienceError('cancelled', 'the caller went away before its turn'));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      waiting.add(enter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  };

  const leavePlace = (): void => {
    const next = waiting.values().next().value;
    if (next === undefined) {
      running--;
      return;
    }
    waiting.delete(next);
    next();
  };

  return <T>(call: Call<T>): Call<T> =>
    async (context) => {
      await takePlace(context);
      try {
        return await call(context);
      } finally {
        leavePlace();
      }
    };
}

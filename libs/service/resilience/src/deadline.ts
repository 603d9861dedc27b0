/** Bounds how long a caller waits. */

import type { Clock } from '@weft/kernel';
import type { Policy } from './policy.ts';
import { ResilienceError } from './resilience-error.ts';

export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Rejects with `deadline_exceeded` after `timeoutMs` and aborts the call's signal. A deadline further out wins only when it is sooner.
 */
export function deadline({ timeoutMs, clock }: DeadlineOptions): Policy {
  return (call) => (context) => {
    const expiresAt = Math.min(context.expiresAt, clock.now() + timeoutMs);
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      const end = (act: () => void): void => {
        cancel();
        context.signal.removeEventListener('abort', onAbort);
        act();
      };
      const cancel = clock.after(Math.max(0, expiresAt - clock.now()), () => {
        end(() => reject(new ResilienceError('deadline_exceeded', `no answer within ${timeoutMs} ms`)));
        controller.abort();
      });
      const onAbort = (): void => {
        end(() => reject(new ResilienceError('cancelled', 'the caller went away')));
        controller.abort();
      };
      if (context.signal.aborted) {
        onAbort();
        return;
      }
      context.signal.addEventListener('abort', onAbort, { once: true });
      call({ ...context, signal: controller.signal, expiresAt }).then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(error)),
      );
    });
  };
}

/** Repeats a failed call after a pause, within a number, a budget and the caller's deadline. */

import type { Clock, Random } from '@weft/kernel';
import type { RetryBudget } from './budget.ts';
import type { CallContext, Policy } from './policy.ts';
import { ResilienceError } from './resilience-error.ts';

export interface BackoffOptions {
  /** Bound of the pause before the first retry, doubled for each further one. */
  readonly baseMs: number;
  /** Bound that the doubling stops at. */
  readonly capMs: number;
}

export interface RetryOptions extends BackoffOptions {
  /** First attempt included. */
  readonly attemptsMax: number;
  readonly budget: RetryBudget;
  /** Whether this failure may be repeated: only the caller knows what the call does. */
  readonly retryable: (error: unknown) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly onRetry?: (attempt: number, error: unknown) => void;
}

/** Full jitter: anything from 0 to the bound of this attempt. @param failures how many attempts failed, from 1. */
export function jitteredPauseMs({ baseMs, capMs }: BackoffOptions, failures: number, random: Random): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(30, failures - 1));
}

/** Throws the last failure when the attempts, the budget or the time are used up. */
export function retry(options: RetryOptions): Policy {
  return (call) => async (context) => {
    options.budget.deposit();
    for (let attempt = 1; ; attempt++) {
      try {
        return await call({ ...context, attempt });
      } catch (error) {
        if (attempt >= options.attemptsMax || context.signal.aborted || !options.retryable(error)) throw error;
        const pauseMs = jitteredPauseMs(options, attempt, options.random);
        if (options.clock.now() + pauseMs >= context.expiresAt || !options.budget.withdraw()) throw error;
        options.onRetry?.(attempt, error);
        await pause(options.clock, pauseMs, context);
      }
    }
  };
}

function pause(clock: Clock, pauseMs: number, context: CallContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(new ResilienceError('cancelled', 'the caller went away between two attempts'));
    };
    const cancel = clock.after(pauseMs, () => {
      context.signal.removeEventListener('abort', onAbort);
      resolve();
    });
    context.signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Stops calling a callee that fails, and tries it again after a while. */

import CircuitBreaker from 'opossum';
import type { Policy } from './policy.ts';
import { ResilienceError } from './resilience-error.ts';

export interface BreakerOptions {
  readonly name: string;
  /** Share of failures, in percent, that opens the circuit. */
  readonly failurePercent: number;
  /** Calls within the window below which it never opens. */
  readonly callsMin: number;
  readonly windowMs: number;
  /** How long it stays open before one call is let through. */
  readonly openMs: number;
  /** Whether this failure says that the callee is ill; a refused order does not. */
  readonly countsAsFailure: (error: unknown) => boolean;
  readonly onChange?: (state: BreakerState) => void;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  readonly policy: Policy;
  state(): BreakerState;
  /** Ends its timers. */
  stop(): void;
}

/** Refuses with `circuit_open` while open. Time is opossum's own: its window runs on system timers, which hold no process. */
export function createBreaker(options: BreakerOptions): Breaker {
  const circuit = new CircuitBreaker<[() => Promise<unknown>], unknown>((run) => run(), {
    name: options.name,
    timeout: false,
    errorThresholdPercentage: options.failurePercent,
    volumeThreshold: options.callsMin,
    rollingCountTimeout: options.windowMs,
    resetTimeout: options.openMs,
    errorFilter: (error: unknown) => !options.countsAsFailure(error),
  });
  circuit.on('open', () => options.onChange?.('open'));
  circuit.on('halfOpen', () => options.onChange?.('half-open'));
  circuit.on('close', () => options.onChange?.('closed'));
  const policy: Policy = (call) => async (context) => {
    let result: Awaited<ReturnType<typeof call>> | undefined;
    try {
      await circuit.fire(async () => {
        result = await call(context);
      });
    } catch (error) {
      if (CircuitBreaker.isOurError(error as Error)) {
        throw new ResilienceError('circuit_open', `${options.name} fails; it is not called for now`, error);
      }
      throw error;
    }
    return result as Awaited<ReturnType<typeof call>>;
  };
  return {
    policy,
    state: () => (circuit.opened ? 'open' : circuit.halfOpen ? 'half-open' : 'closed'),
    stop: () => circuit.shutdown(),
  };
}

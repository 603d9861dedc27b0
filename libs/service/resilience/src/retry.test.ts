import { createManualClock, type ManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createRetryBudget, type RetryBudget } from './budget.ts';
import { deadline } from './deadline.ts';
import { composePolicies, runUnder } from './policy.ts';
import { jitteredPauseMs, type RetryOptions, retry } from './retry.ts';

const endless: RetryBudget = { deposit: () => {}, withdraw: () => true };

function options(clock: ManualClock, more: Partial<RetryOptions> = {}): RetryOptions {
  return {
    attemptsMax: 4,
    baseMs: 100,
    capMs: 1000,
    budget: endless,
    retryable: () => true,
    clock,
    random: () => 0.5,
    ...more,
  };
}

/** Moves the clock whenever something waits for it, until the promise settles. */
async function settle<T>(clock: ManualClock, outcome: Promise<T>): Promise<T> {
  const state = { open: true };
  outcome.then(
    () => (state.open = false),
    () => (state.open = false),
  );
  while (state.open) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return outcome;
}

describe('retry', () => {
  it('repeats until the call succeeds and counts the attempts', async () => {
    const clock = createManualClock();
    const attempts: number[] = [];
    const outcome = runUnder(retry(options(clock)), async ({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error('not yet');
      return 'done';
    });
    await expect(settle(clock, outcome)).resolves.toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('stops at its greatest number of attempts and throws the last failure', async () => {
    const clock = createManualClock();
    let calls = 0;
    const outcome = runUnder(retry(options(clock)), async () => {
      throw new Error(`failure ${++calls}`);
    });
    await expect(settle(clock, outcome)).rejects.toThrow('failure 4');
    expect(calls).toBe(4);
  });

  it('does not repeat what may not be repeated', async () => {
    const clock = createManualClock();
    let calls = 0;
    const outcome = runUnder(retry(options(clock, { retryable: () => false })), async () => {
      calls++;
      throw new Error('refused');
    });
    await expect(outcome).rejects.toThrow('refused');
    expect(calls).toBe(1);
  });

  it('stops when the budget is spent', async () => {
    const clock = createManualClock();
    const budget = createRetryBudget({ ratio: 0, perSecondMin: 1, savedMax: 1, clock: createManualClock() });
    let calls = 0;
    const outcome = runUnder(retry(options(clock, { budget })), async () => {
      calls++;
      throw new Error('down');
    });
    await expect(settle(clock, outcome)).rejects.toThrow('down');
    expect(calls).toBe(2);
  });

  it('does not wait beyond the deadline', async () => {
    const clock = createManualClock();
    const policy = composePolicies(deadline({ timeoutMs: 40, clock }), retry(options(clock)));
    await expect(
      runUnder(policy, async () => {
        throw new Error('down');
      }),
    ).rejects.toThrow('down');
    expect(clock.now()).toBe(0);
  });

  it('pauses anywhere between nothing and a bound that doubles up to its cap', () => {
    const bounds = [1, 2, 3, 4, 5, 50].map((failures) =>
      jitteredPauseMs({ baseMs: 100, capMs: 1000 }, failures, () => 1),
    );
    expect(bounds).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(jitteredPauseMs({ baseMs: 100, capMs: 1000 }, 3, () => 0)).toBe(0);
  });

  it('gives up at once when the caller goes away between two attempts', async () => {
    const clock = createManualClock();
    const caller = new AbortController();
    const outcome = runUnder(
      retry(options(clock)),
      async () => {
        throw new Error('down');
      },
      caller.signal,
    );
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.pending()).toBe(0);
  });
});

describe('a retry budget', () => {
  it('allows its share of the calls, no more', () => {
    const budget = createRetryBudget({ ratio: 0.2, perSecondMin: 0, savedMax: 100, clock: createManualClock() });
    for (let i = 0; i < 50; i++) budget.deposit();
    let granted = 0;
    while (budget.withdraw()) granted++;
    expect(granted).toBeGreaterThanOrEqual(9);
    expect(granted).toBeLessThanOrEqual(10);
  });

  it('saves up no more than its bound', () => {
    const clock = createManualClock();
    const budget = createRetryBudget({ ratio: 1, perSecondMin: 10, savedMax: 5, clock });
    for (let i = 0; i < 1000; i++) budget.deposit();
    clock.advance(60_000);
    let granted = 0;
    while (budget.withdraw()) granted++;
    expect(granted).toBe(5);
  });

  it('fills with time', () => {
    const clock = createManualClock();
    const budget = createRetryBudget({ ratio: 0, perSecondMin: 2, savedMax: 2, clock });
    expect([budget.withdraw(), budget.withdraw(), budget.withdraw()]).toEqual([true, true, false]);
    clock.advance(500);
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
  });
});

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { deadline } from './deadline.ts';
import { composePolicies, runUnder } from './policy.ts';

const never = () => new Promise<never>(() => {});

describe('a deadline', () => {
  it('rejects at its time, not before, and aborts the call', async () => {
    const clock = createManualClock();
    let signal: AbortSignal | undefined;
    const outcome = runUnder(deadline({ timeoutMs: 100, clock }), (context) => {
      signal = context.signal;
      return never();
    });
    const settled = { done: false };
    outcome.catch(() => {
      settled.done = true;
    });
    clock.advance(99);
    await Promise.resolve();
    expect(settled.done).toBe(false);
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    await expect(outcome).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(signal?.aborted).toBe(true);
  });

  it('leaves no timer behind when the call is faster', async () => {
    const clock = createManualClock();
    await expect(runUnder(deadline({ timeoutMs: 100, clock }), async () => 'fast')).resolves.toBe('fast');
    expect(clock.pending()).toBe(0);
  });

  it('tells the sooner one of two deadlines to the call', async () => {
    const clock = createManualClock(1000);
    const policy = composePolicies(deadline({ timeoutMs: 50, clock }), deadline({ timeoutMs: 500, clock }));
    await expect(runUnder(policy, async ({ expiresAt }) => expiresAt)).resolves.toBe(1050);
  });

  it('ends when the caller goes away', async () => {
    const clock = createManualClock();
    const caller = new AbortController();
    const outcome = runUnder(deadline({ timeoutMs: 100, clock }), never, caller.signal);
    caller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.pending()).toBe(0);
  });
});

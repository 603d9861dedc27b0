import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
import { runUnder } from './policy.ts';

class Refusal extends Error {}

let breaker: Breaker;
let changes: BreakerState[];
beforeEach(() => {
  // opossum takes no clock: its timers are replaced instead.
  vi.useFakeTimers();
  changes = [];
  breaker = createBreaker({
    name: 'payment',
    failurePercent: 50,
    callsMin: 4,
    windowMs: 1000,
    openMs: 200,
    countsAsFailure: (error) => !(error instanceof Refusal),
    onChange: (state) => changes.push(state),
  });
});
afterEach(() => {
  breaker.stop();
  vi.useRealTimers();
});

const fail = (error: Error) =>
  runUnder(breaker.policy, async () => {
    throw error;
  }).catch((thrown: unknown) => thrown);
const succeed = () => runUnder(breaker.policy, async () => 'well');

describe('a breaker', () => {
  it('opens after enough failures, then refuses without calling', async () => {
    for (let i = 0; i < 3; i++) await fail(new Error('down'));
    expect(breaker.state()).toBe('closed');
    await fail(new Error('down'));
    expect(breaker.state()).toBe('open');
    let called = false;
    const refused = runUnder(breaker.policy, async () => {
      called = true;
    });
    await expect(refused).rejects.toMatchObject({ code: 'circuit_open' });
    expect(called).toBe(false);
  });

  it('lets one call through after a while and closes when it succeeds', async () => {
    for (let i = 0; i < 4; i++) await fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(200);
    await expect(succeed()).resolves.toBe('well');
    expect(breaker.state()).toBe('closed');
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  it('opens again when that call fails', async () => {
    for (let i = 0; i < 4; i++) await fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(200);
    await fail(new Error('still down'));
    expect(breaker.state()).toBe('open');
  });

  it('passes on failures that say nothing about the callee, and does not count them', async () => {
    for (let i = 0; i < 10; i++) expect(await fail(new Refusal('no'))).toBeInstanceOf(Refusal);
    expect(breaker.state()).toBe('closed');
  });
});

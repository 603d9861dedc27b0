import { describe, expect, it } from 'vitest';
import { bulkhead } from './bulkhead.ts';
import { runUnder } from './policy.ts';

/** Calls that end when told. */
function gate(): { call: () => Promise<number>; started: () => number; finishOne: () => void } {
  const open: (() => void)[] = [];
  let count = 0;
  return {
    call: () => {
      const number = ++count;
      return new Promise((resolve) => open.push(() => resolve(number)));
    },
    started: () => count,
    finishOne: () => open.shift()?.(),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a bulkhead', () => {
  it('runs so many at once, lets so many wait, and refuses the next', async () => {
    const policy = bulkhead({ concurrencyMax: 2, queueMax: 3 });
    const { call, started, finishOne } = gate();
    const accepted = Array.from({ length: 5 }, () => runUnder(policy, call));
    await turn();
    expect(started()).toBe(2);
    await expect(runUnder(policy, call)).rejects.toMatchObject({ code: 'bulkhead_full' });
    for (let i = 0; i < 5; i++) {
      finishOne();
      await turn();
    }
    await expect(Promise.all(accepted)).resolves.toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the place of a failed call to the next', async () => {
    const policy = bulkhead({ concurrencyMax: 1, queueMax: 1 });
    const failed = runUnder(policy, async () => {
      await turn();
      throw new Error('failed');
    });
    const next = runUnder(policy, async () => 'mine');
    await expect(failed).rejects.toThrow('failed');
    await expect(next).resolves.toBe('mine');
    await expect(runUnder(policy, async () => 'free again')).resolves.toBe('free again');
  });

  it('forgets a waiting call whose caller went away', async () => {
    const policy = bulkhead({ concurrencyMax: 1, queueMax: 1 });
    const { call, finishOne } = gate();
    const running = runUnder(policy, call);
    const caller = new AbortController();
    const waiting = runUnder(policy, call, caller.signal);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    const next = runUnder(policy, async () => 'took its place in the queue');
    finishOne();
    await running;
    await expect(next).resolves.toBe('took its place in the queue');
  });
});

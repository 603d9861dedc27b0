import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { sourceLimits } from '../limits.ts';
import { createLooks, type Look } from './looks.ts';

function open() {
  const clock = createManualClock();
  const seen: Look[] = [];
  let finish = (): void => {};
  let most = 0;
  let under = 0;
  const looks = createLooks(clock, (how) => {
    seen.push(how);
    most = Math.max(most, ++under);
    return new Promise((resolve) => {
      finish = () => {
        under--;
        resolve();
      };
    });
  });
  looks.start();
  return { clock, looks, seen, finish: () => finish(), most: () => most };
}

describe('looking at a folder', () => {
  it('waits for quiet, but not for ever', () => {
    const { clock, looks, seen } = open();
    for (let time = 0; time < sourceLimits.debounceMaxMs; time += 10) {
      looks.soon();
      clock.advance(10);
    }
    expect(seen).toEqual(['all']);
  });

  it('happens one at a time, and once more for all that came meanwhile', async () => {
    const { looks, seen, finish, most } = open();
    const done = looks.now('changed');
    void looks.now('changed');
    void looks.now('all');
    void looks.now('changed');
    finish();
    await Promise.resolve();
    await Promise.resolve();
    finish();
    await done;
    expect(seen).toEqual(['changed', 'all']);
    expect(most()).toBe(1);
  });

  it('polls for what changed', () => {
    const { clock, seen } = open();
    clock.advance(sourceLimits.pollMs);
    expect(seen).toEqual(['changed']);
  });

  it('ends with stop, after the look under way', async () => {
    const { clock, looks, seen, finish } = open();
    void looks.now('all');
    const stopped = looks.stop();
    finish();
    await stopped;
    looks.soon();
    clock.advance(10 * sourceLimits.pollMs);
    await looks.now('all');
    expect(seen).toEqual(['all']);
    expect(clock.pending()).toBe(0);
  });
});

/** Flushes gathered over one turn. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { FlushQueue } from './flush-queue.ts';

function setUp() {
  const tasks: (() => void)[] = [];
  const queue = new FlushQueue({ ...createManualClock(), soon: (task) => void tasks.push(task) });
  return { tasks, queue };
}

describe('the flush queue', () => {
  it('asks for one task however many connections wait, and flushes each in order', () => {
    const { tasks, queue } = setUp();
    const flushed: string[] = [];
    for (const name of ['a', 'b', 'c']) queue.add({ flush: () => void flushed.push(name) });
    expect([tasks.length, queue.size]).toEqual([1, 3]);
    tasks[0]?.();
    expect(flushed).toEqual(['a', 'b', 'c']);
    expect(queue.size).toBe(0);
  });

  it('leaves what a flush adds to the next turn', () => {
    const { tasks, queue } = setUp();
    let flushes = 0;
    const again = {
      flush(): void {
        flushes += 1;
        if (flushes < 3) queue.add(again);
      },
    };
    queue.add(again);
    for (let turn = 1; turn <= 3; turn += 1) {
      tasks.shift()?.();
      expect(flushes).toBe(turn);
    }
    expect([tasks.length, queue.size]).toEqual([0, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { createSeededRandom, delay } from './clock.ts';
import { createManualClock } from './manual-clock.ts';

describe('the manual clock', () => {
  it('runs what falls due in order of time, then of arrival', () => {
    const clock = createManualClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push('late'));
    clock.after(10, () => ran.push('first'));
    clock.after(10, () => ran.push('second'));
    clock.advance(9);
    expect(ran).toEqual([]);
    clock.advance(11);
    expect(ran).toEqual(['first', 'second', 'late']);
    expect(clock.pending()).toBe(0);
  });

  it('repeats a periodic task until it is cancelled', () => {
    const clock = createManualClock();
    const times: number[] = [];
    const cancel = clock.every(10, () => times.push(clock.now()));
    clock.advance(35);
    cancel();
    clock.advance(100);
    expect(times).toEqual([10, 20, 30]);
  });

  it('runs a task that a task has added within the same advance', () => {
    const clock = createManualClock();
    let ran = false;
    clock.after(5, () => clock.after(5, () => (ran = true)));
    clock.advance(10);
    expect(ran).toBe(true);
  });

  it('resolves a delay when its time has come', async () => {
    const clock = createManualClock();
    const waiting = delay(clock, 50);
    clock.advance(50);
    await waiting;
    expect(clock.now()).toBe(50);
  });
});

describe('seeded random numbers', () => {
  it('repeat for a seed and differ between seeds', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, createSeededRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('are spread evenly over [0, 1)', () => {
    const random = createSeededRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const bucket = Math.floor(random() * 10);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

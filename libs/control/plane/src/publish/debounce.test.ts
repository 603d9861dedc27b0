import { createManualClock } from '@weft/kernel';
import { expect, it } from 'vitest';
import { createDebounce } from './debounce.ts';

it('runs once for changes that come together, and again for later ones', () => {
  const clock = createManualClock();
  const runs: number[] = [];
  const debounce = createDebounce(clock, 20, 200, () => runs.push(clock.monotonic()));
  debounce.trigger();
  clock.advance(10);
  debounce.trigger();
  clock.advance(100);
  debounce.trigger();
  clock.advance(20);
  expect(runs).toEqual([30, 130]);
});

it('does not wait longer than the ceiling for changes that never pause', () => {
  const clock = createManualClock();
  const runs: number[] = [];
  const debounce = createDebounce(clock, 20, 200, () => runs.push(clock.monotonic()));
  for (let i = 0; i < 30; i++) {
    debounce.trigger();
    clock.advance(10);
  }
  expect(runs).toEqual([200]);
  debounce.stop();
  clock.advance(1000);
  expect(runs).toHaveLength(1);
});

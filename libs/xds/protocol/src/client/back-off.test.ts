import { createSeededRandom } from '@weft/kernel';
import { expect, it } from 'vitest';
import { backOffMaxMs, backOffMinMs, createBackOff } from './back-off.ts';

it('doubles between its bounds, with jitter, and starts over when told', () => {
  const backOff = createBackOff(createSeededRandom(3));
  const waits = Array.from({ length: 20 }, () => backOff.next());
  for (const [index, wait] of waits.entries()) {
    const ceiling = Math.min(backOffMaxMs, 200 * 2 ** index);
    expect(wait).toBeGreaterThanOrEqual(Math.max(backOffMinMs, ceiling / 2));
    expect(wait).toBeLessThanOrEqual(ceiling);
  }
  expect(new Set(waits.slice(-5)).size).toBe(5);
  backOff.reset();
  expect(backOff.next()).toBeLessThanOrEqual(200);
});

it('differs between clients', () => {
  const first = createBackOff(createSeededRandom(1));
  const second = createBackOff(createSeededRandom(2));
  expect(first.next()).not.toBe(second.next());
});

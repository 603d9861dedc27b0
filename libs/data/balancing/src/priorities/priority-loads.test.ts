/** The arithmetic of Envoy's documentation of priority levels. */

import { describe, expect, it } from 'vitest';
import { type LevelCounts, priorityLoads } from './priority-loads.ts';

const of100 = (healthy: number, degraded = 0): LevelCounts => ({ total: 100, healthy, degraded });
const loads = (levels: LevelCounts[], panicThreshold = 50) =>
  priorityLoads(levels, { panicThreshold, overprovisioningFactor: 140 });

describe('loads of priority levels', () => {
  it.each([
    [100, [100, 0]],
    [72, [100, 0]],
    [71, [99, 1]],
    [50, [70, 30]],
    [25, [35, 65]],
    [0, [0, 100]],
  ])('of two levels of which the second is whole, with %i % of the first healthy', (healthy, expected) => {
    expect(loads([of100(healthy), of100(100)]).healthy).toEqual(expected);
  });

  it.each([
    [100, 100, 100, [100, 0, 0]],
    [72, 100, 100, [100, 0, 0]],
    [71, 71, 100, [99, 1, 0]],
    [50, 50, 100, [70, 30, 0]],
    [25, 100, 100, [35, 65, 0]],
    [25, 25, 100, [35, 35, 30]],
  ])('of three levels with %i, %i and %i %', (one, two, three, expected) => {
    expect(loads([of100(one), of100(two), of100(three)]).healthy).toEqual(expected);
  });

  it('are normalised where all levels together have less than there should be', () => {
    const result = loads([of100(20), of100(20)], 0);
    expect(result.healthy).toEqual([50, 50]);
    expect(result.panic).toEqual([false, false]);
    // Rounding goes to the first.
    expect(loads([of100(10), of100(20)], 0).healthy).toEqual([34, 66]);
  });

  it('put a level into panic only where the levels together do not suffice', () => {
    expect(loads([of100(10), of100(90)]).panic).toEqual([false, false]);
    expect(loads([of100(10), of100(60)]).panic).toEqual([true, false]);
  });

  it('go by the number of endpoints where all levels are in panic, and all to the first where there is no panic', () => {
    const levels = [of100(0), { total: 300, healthy: 0, degraded: 0 }];
    expect(loads(levels)).toEqual({ healthy: [25, 75], degraded: [0, 0], panic: [true, true] });
    expect(loads(levels, 0)).toEqual({ healthy: [100, 0], degraded: [0, 0], panic: [false, false] });
    const empty = { total: 0, healthy: 0, degraded: 0 };
    expect(loads([empty, empty]).healthy).toEqual([100, 0]);
  });

  it('use degraded endpoints for what the healthy ones of all levels leave', () => {
    const result = loads([of100(25, 50), of100(25)]);
    expect(result.healthy).toEqual([35, 35]);
    expect(result.degraded).toEqual([30, 0]);
  });
});

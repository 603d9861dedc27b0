// Curves as the peers draw them: what still falls is not settled, whatever the noise.
import { describe, expect, it } from 'vitest';
import { hasSettled, stepsCompared, toleranceShare } from './settled.mjs';

const steps = (count, cost) => Array.from({ length: count }, (_, step) => cost(step));

describe('the cost of a request', () => {
  it('has not settled before there are two medians to compare', () => {
    expect(hasSettled([])).toBe(false);
    expect(hasSettled(steps(2 * stepsCompared - 1, () => 100))).toBe(false);
    expect(hasSettled(steps(2 * stepsCompared, () => 100))).toBe(true);
  });

  it('has not settled while it falls by more than the tolerance', () => {
    expect(hasSettled([3_600, 2_900, 2_500, 2_200, 2_000, 1_900])).toBe(false);
    expect(hasSettled([100, 100, 100, 94, 94, 94])).toBe(false);
    expect(hasSettled([100, 100, 100, 95, 95, 95])).toBe(true);
  });

  it('has not settled while it rises: something else than the load is going on', () => {
    expect(hasSettled([100, 100, 100, 106, 106, 106])).toBe(false);
  });

  it('has settled where one step of each median was disturbed', () => {
    expect(hasSettled([100, 180, 101, 99, 100, 40])).toBe(true);
  });

  it('is judged by the last steps alone', () => {
    expect(hasSettled([3_600, 2_000, ...steps(2 * stepsCompared, () => 1_600)])).toBe(true);
  });

  it('has settled where there is no proxy that costs anything', () => {
    expect(hasSettled(steps(2 * stepsCompared, () => 0))).toBe(true);
  });

  it('is near what it falls to when it counts as settled, as compilers let it fall over twenty seconds', () => {
    const end = 1_600;
    const costs = [];
    while (!hasSettled(costs)) costs.push(end + 2_000 * Math.exp(-costs.length / 3));
    expect(costs.length).toBeLessThan(20);
    expect(costs.at(-1)).toBeLessThan(end * (1 + toleranceShare));
  });
});

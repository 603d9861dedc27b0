import { describe, expect, it } from 'vitest';
import { fractionalPercent, runtimePercent } from './percent.ts';

describe('a percentage', () => {
  it.each([
    [0, 0],
    [0.00001, 0],
    [0.0001, 1],
    [12.5, 125_000],
    [33.33339, 333_333],
    [100, 1_000_000],
  ])('of %d is %d in a million', (value, numerator) => {
    expect(fractionalPercent({ value }).numerator).toBe(numerator);
  });

  it('is all where it is absent', () => {
    expect(runtimePercent(undefined).defaultValue).toMatchObject({ numerator: 100, denominator: 0 });
  });
});

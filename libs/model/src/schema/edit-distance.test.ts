import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './edit-distance.ts';

describe('the edit distance', () => {
  it.each([
    ['timeout', 'timeout', 0],
    ['timeoutt', 'timeout', 1],
    ['tiemout', 'timeout', 1],
    ['timeout', '', 7],
    ['', '', 0],
    ['kitten', 'sitting', 3],
  ])('from %j to %j is %d', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
    expect(editDistance(b, a)).toBe(expected);
  });
});

describe('the nearest name', () => {
  it('is given for a slip of the keyboard, whatever the case', () => {
    expect(nearest('HOST', ['host', 'port'])).toBe('host');
    expect(nearest('hots', ['host', 'port'])).toBe('host');
  });

  it('is not given for another word or a very long one', () => {
    expect(nearest('zebra', ['host', 'port'])).toBeUndefined();
    expect(nearest('h'.repeat(65), ['h'.repeat(64)])).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { isWithin, overlap, patternsAbove } from './host-patterns.ts';

describe('a host within a pattern', () => {
  it.each([
    ['a.example.com', 'a.example.com', true],
    ['a.example.com', '*.example.com', true],
    ['a.b.example.com', '*.example.com', true],
    ['example.com', '*.example.com', false],
    ['aexample.com', '*.example.com', false],
    ['*.b.example.com', '*.example.com', true],
    ['*.example.com', '*.b.example.com', false],
    ['a', '*', true],
    ['*', '*.example.com', false],
  ])('%s in %s: %s', (inner, outer, expected) => {
    expect(isWithin(inner, outer)).toBe(expected);
  });

  it('overlaps from either side', () => {
    expect(overlap('*.example.com', '*.b.example.com')).toBe(true);
    expect(overlap('*.example.com', '*.example.org')).toBe(false);
  });
});

describe('the patterns above a host', () => {
  it.each([
    ['a.b.c', ['*.b.c', '*.c', '*']],
    ['*.b.c', ['*.c', '*']],
    ['a', ['*']],
    ['*', []],
  ])('of %s are %j, the most specific first', (host, expected) => {
    expect(patternsAbove(host)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { hostCovers, mostSpecific } from './model-index.ts';

describe('host patterns', () => {
  it.each([
    ['*', 'a.example.com', true],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '*.a.example.com', true],
    ['*.a.example.com', '*.example.com', false],
    ['a.example.com', 'a.example.com', true],
    ['a.example.com', 'b.example.com', false],
    ['*-a.example.com', 'x-a.example.com', true],
  ])('%s covers %s: %s', (pattern, host, covers) => {
    expect(hostCovers(pattern, host)).toBe(covers);
  });

  it('prefer a name to a pattern, a long pattern to a short one, and the first of equals', () => {
    const candidates = [['*'], ['*.example.com'], ['*.example.com', 'a.example.com'], ['a.example.com']];
    const pick = (host: string) => mostSpecific(candidates, host, (hosts) => hosts)?.candidate;
    expect(pick('a.example.com')).toBe(candidates[2]);
    expect(pick('b.example.com')).toBe(candidates[1]);
    expect(pick('elsewhere')).toBe(candidates[0]);
  });

  it('find nothing where nothing covers the host', () => {
    expect(mostSpecific([['b']], 'a', (hosts) => hosts)).toBeUndefined();
  });
});

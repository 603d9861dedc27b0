/** Verified tokens are kept, in bounds. */

import { describe, expect, it } from 'vitest';
import { createTokenCache, recentTokensMax, tokenCharsMax, tokensMax } from './token-cache.ts';

const token = (n: number): string => `${'x'.repeat(60)}${n}`;

describe('the cache of verified tokens', () => {
  it('gives back what was kept, also after it is not among the recent ones', () => {
    const cache = createTokenCache<number>(tokensMax);
    for (let i = 0; i < recentTokensMax * 3; i += 1) cache.set(token(i), i);
    for (let i = 0; i < recentTokensMax * 3; i += 1) expect(cache.get(token(i))).toBe(i);
    expect(cache.get(token(-1))).toBeUndefined();
  });

  it('keeps no more than its bound: the one used longest ago goes', () => {
    const cache = createTokenCache<number>(3);
    for (let i = 0; i < 3; i += 1) cache.set(token(i), i);
    cache.delete(token(1));
    cache.set(token(3), 3);
    cache.set(token(4), 4);
    expect(cache.size).toBe(3);
    expect([0, 1, 2, 3, 4].map((i) => cache.get(token(i)))).toEqual([undefined, undefined, 2, 3, 4]);
  });

  it('tells tokens with the same end apart', () => {
    const cache = createTokenCache<number>(tokensMax);
    const end = 'e'.repeat(40);
    cache.set(`a${end}`, 1);
    cache.set(`b${end}`, 2);
    expect([cache.get(`a${end}`), cache.get(`b${end}`), cache.get(`c${end}`)]).toEqual([1, 2, undefined]);
  });

  it('keeps no token that is very long', () => {
    const cache = createTokenCache<number>(tokensMax);
    cache.set('x'.repeat(tokenCharsMax + 1), 1);
    expect(cache.size).toBe(0);
  });

  it('is empty after clear', () => {
    const cache = createTokenCache<number>(tokensMax);
    cache.set(token(1), 1);
    cache.clear();
    expect(cache.get(token(1))).toBeUndefined();
  });
});

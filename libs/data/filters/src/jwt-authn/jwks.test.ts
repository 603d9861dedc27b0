/** What of a key set is read. */

import { describe, expect, it } from 'vitest';
import { jwksKeysMax, parseJwks } from './jwks.ts';

describe('a key set', () => {
  it('is read up to its bound, and what comes after is not', () => {
    const keys = Array.from({ length: jwksKeysMax + 1 }, (_, index) => ({
      kty: 'oct',
      kid: `k${index}`,
      k: 'c2VjcmV0',
    }));
    const read = parseJwks(JSON.stringify({ keys }));
    expect(read).toHaveLength(jwksKeysMax);
    expect(read?.at(-1)?.kid).toBe(`k${jwksKeysMax - 1}`);
  });

  it('gives its good keys where others cannot be read, and nothing where none can', () => {
    const bad = [1, null, { kty: 'x' }, { kty: 'EC', crv: 'P-256', x: 'no', y: 'point' }, { kty: 'oct' }];
    expect(parseJwks(JSON.stringify({ keys: [...bad, { kty: 'oct', k: 'YQ' }] }))).toHaveLength(1);
    for (const set of [{ keys: bad }, { keys: {} }, null]) expect(parseJwks(JSON.stringify(set))).toBeUndefined();
    expect(parseJwks('{')).toBeUndefined();
  });
});

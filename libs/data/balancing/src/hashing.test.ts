/** Hashes of known texts. */

import { expect, it } from 'vitest';
import { murmurHash2 } from './murmur.ts';
import { xxHash64 } from './xxhash.ts';

it('xxHash64 is the one of its specification', () => {
  expect(xxHash64('')).toBe(0xef46_db37_51d8_e999n);
  expect(xxHash64('abc')).toBe(0x44bc_2cf5_ad77_0999n);
});

it('MurmurHash2 differs with every byte and every length', () => {
  const texts = ['', 'a', 'b', 'ab', 'abcdefgh', 'abcdefghi', 'abcdefgi'];
  expect(new Set(texts.map((text) => murmurHash2(text))).size).toBe(texts.length);
  expect(murmurHash2('abc')).toBeLessThan(2n ** 64n);
});

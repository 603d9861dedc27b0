/** What is copied is what was asked for, and nothing beside it, on both sides of the bound. */

import { describe, expect, it } from 'vitest';
import { copyOctets, copyOfOctets } from './octets.ts';

describe('copies of octets', () => {
  const source = Buffer.from(Array.from({ length: 200 }, (_, index) => index));

  it.each([0, 1, 63, 64, 65, 150])('of %i are exact', (count) => {
    const expected = [...source.subarray(7, 7 + count)];
    expect([...copyOfOctets(source, 7, 7 + count)]).toEqual(expected);
    const target = Buffer.alloc(200, 255);
    copyOctets(source, 7, 7 + count, target, 3);
    expect([...target]).toEqual([255, 255, 255, ...expected, ...new Array(197 - count).fill(255)]);
  });

  it('are independent of their source', () => {
    const own = Buffer.from('abc');
    const copy = copyOfOctets(own, 0, 3);
    own.fill(0);
    expect(copy.toString()).toBe('abc');
  });
});

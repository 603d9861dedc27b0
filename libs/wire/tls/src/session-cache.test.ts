/** The bound of the session cache. */

import { describe, expect, it } from 'vitest';
import { createSessionCache } from './session-cache.ts';

const held = (ticket: string) => ({ ticket: Buffer.from(ticket), names: undefined });

describe('the session cache', () => {
  it('drops the endpoint that was used longest ago when it is full', () => {
    const cache = createSessionCache(2);
    cache.set('a', held('1'));
    cache.set('b', held('2'));
    cache.get('a');
    cache.set('c', held('3'));
    expect([cache.get('a')?.ticket.toString(), cache.get('b'), cache.get('c')?.ticket.toString()]).toEqual([
      '1',
      undefined,
      '3',
    ]);
    expect(cache.size()).toBe(2);
  });
});

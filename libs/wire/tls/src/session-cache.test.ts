/** The bound of the session cache and what a rotation leaves of it. */

import { describe, expect, it } from 'vitest';
import { createSessionCache } from './session-cache.ts';

const held = (ticket: string) => ({ ticket: Buffer.from(ticket), identity: { uri: undefined, validToMs: 0 } });

describe('the session cache', () => {
  it('drops the endpoint that was used longest ago when it is full', () => {
    const cache = createSessionCache(2);
    cache.set('a', held('1'), 0);
    cache.set('b', held('2'), 0);
    cache.get('a');
    cache.set('c', held('3'), 0);
    expect([cache.get('a')?.ticket.toString(), cache.get('b'), cache.get('c')?.ticket.toString()]).toEqual([
      '1',
      undefined,
      '3',
    ]);
    expect(cache.size()).toBe(2);
  });

  it('does not take sessions of connections from before it was cleared', () => {
    const cache = createSessionCache(2);
    const before = cache.generation();
    cache.clear();
    cache.set('a', held('1'), before);
    expect(cache.get('a')).toBeUndefined();
  });
});

/** What filters keep for one request is found by name until it is taken away. */

import { describe, expect, it } from 'vitest';
import { ExchangeState } from './exchange-state.ts';

describe('what filters keep for a request', () => {
  it('is found by name', () => {
    const state = new ExchangeState();
    state.set('fault', 1);
    state.set('ratelimit', 2);
    state.set('fault', 3);
    expect([state.get('fault'), state.get('ratelimit'), state.get('jwt'), state.size]).toEqual([3, 2, undefined, 2]);
  });

  it('is gone once it was taken away, and nothing else is', () => {
    const state = new ExchangeState();
    for (const name of ['a', 'b', 'c']) state.set(name, name);
    state.delete('a');
    state.delete('a');
    expect([state.has('a'), state.get('b'), state.get('c'), state.size]).toEqual([false, 'b', 'c', 2]);
    state.clear();
    expect([state.has('b'), state.get('c'), state.size]).toEqual([false, undefined, 0]);
  });
});

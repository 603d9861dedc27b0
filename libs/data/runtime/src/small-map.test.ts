/** What was put there is found by name until it is taken away. */

import { describe, expect, it } from 'vitest';
import { SmallMap } from './small-map.ts';

describe('a small map', () => {
  it('finds by name', () => {
    const state = new SmallMap<unknown>();
    state.set('fault', 1);
    state.set('ratelimit', 2);
    state.set('fault', 3);
    expect([state.get('fault'), state.get('ratelimit'), state.get('jwt'), state.size]).toEqual([3, 2, undefined, 2]);
  });

  it('loses what is taken away, and nothing else', () => {
    const state = new SmallMap<unknown>();
    for (const name of ['a', 'b', 'c']) state.set(name, name);
    state.delete('a');
    state.delete('a');
    expect([state.has('a'), state.get('b'), state.get('c'), state.size]).toEqual([false, 'b', 'c', 2]);
    state.clear();
    expect([state.has('b'), state.get('c'), state.size]).toEqual([false, undefined, 0]);
  });
});

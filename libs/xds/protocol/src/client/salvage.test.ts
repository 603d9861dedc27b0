/** What is taken of an update that has bad parts. */

import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { salvage } from './salvage.ts';
import type { ResourceUpdate } from './types.ts';

function taken(names: readonly string[], removed: readonly string[] = []) {
  const force: string[] = [];
  let offers = 0;
  const changed = names.map((name) => ({ name, version: '1', body: create(AnySchema) }));
  salvage({ typeUrl: 't', changed, removed }, (part: ResourceUpdate) => {
    offers += 1;
    if (part.changed.some(({ name }) => name.startsWith('bad'))) return false;
    force.push(...part.changed.map(({ name }) => name), ...part.removed.map((name) => `-${name}`));
    return true;
  });
  return { force, offers };
}

describe('of a refused update', () => {
  it('all that is good is taken, and what was removed is', () => {
    expect(taken(['a', 'bad', 'c', 'd', 'bad2']).force).toEqual(['a', 'c', 'd']);
    expect(taken(['bad', 'b'], ['gone']).force).toEqual(['-gone', 'b']);
    expect(taken(['bad'], ['gone']).force).toEqual(['-gone']);
  });

  it('nothing is offered again where there is but one resource', () => {
    expect(taken(['bad'])).toEqual({ force: [], offers: 0 });
    expect(taken([], ['a'])).toEqual({ force: [], offers: 0 });
  });

  it('one bad resource of thousands costs few offers', () => {
    const names = Array.from({ length: 5_000 }, (_, index) => (index === 1_234 ? 'bad' : `n${index}`));
    const { force, offers } = taken(names);
    expect(force).toHaveLength(4_999);
    expect(offers).toBeLessThan(30);
  });
});

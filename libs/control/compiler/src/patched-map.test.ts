import { expect, it } from 'vitest';
import { PatchedMap, patchMax } from './patched-map.ts';

it('a patched map reads as a copy with other values, also past the patches that it looks up', () => {
  const base: ReadonlyMap<string, number> = new Map(Array.from({ length: 200 }, (_, at) => [`name-${at}`, at]));
  const copy = new Map(base);
  let map = base;
  for (let step = 0; step < 2 * patchMax + 5; step++) {
    const changes = [[`name-${step}`, 1_000 + step] as const];
    for (const [name, value] of changes) copy.set(name, value);
    map = new PatchedMap(map, changes);
    expect(map.get(`name-${step}`)).toBe(1_000 + step);
  }
  expect([...map]).toEqual([...copy]);
  expect([[...map.keys()], [...map.values()], map.size]).toEqual([[...copy.keys()], [...copy.values()], copy.size]);
  expect([map.has('name-3'), map.has('none'), map.get('none')]).toEqual([true, false, undefined]);
  expect(base.get('name-0')).toBe(0);
});

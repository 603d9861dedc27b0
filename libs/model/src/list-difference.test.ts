import { createSeededRandom } from '@weft/kernel';
import { expect, it } from 'vitest';
import { differing, listDifference, regrouped } from './list-difference.ts';

it.each([
  ['', '', 0, 0, '', ''],
  ['abc', 'abc', 3, 0, '', ''],
  ['abc', 'abxc', 2, 1, '', 'x'],
  ['abc', 'ac', 1, 1, 'b', ''],
  ['aa', 'aaa', 2, 0, '', 'a'],
  ['abc', 'xyz', 0, 0, 'abc', 'xyz'],
])('"%s" and "%s" are the same in the first %i and the last %i', (left, right, start, end, gone, come) => {
  const difference = listDifference([...left], [...right]);
  expect(difference).toEqual({ start, end });
  expect([differing([...left], difference).join(''), differing([...right], difference).join('')]).toEqual([gone, come]);
});

it('groups made step by step are those made at once', () => {
  const random = createSeededRandom(20_261_121);
  const pool = Array.from({ length: 20 }, (_, at) => ({ key: at % 3, at }));
  let before: (typeof pool)[number][] = [];
  let groups: ReadonlyMap<number, readonly (typeof pool)[number][]> = new Map();
  for (let step = 0; step < 3_000; step++) {
    const after = [...before];
    for (let change = 0; change < 1 + random() * 3; change++) {
      const at = Math.floor(random() * (after.length + 1));
      const item = pool[Math.floor(random() * pool.length)];
      // The same object may be there twice.
      if (item !== undefined && random() < 0.5) after.splice(at, 0, item);
      else after.splice(at, 1);
    }
    groups = regrouped(groups, before, after, listDifference(before, after), ({ key }) => key);
    const keys = [...new Set(after.map(({ key }) => key))].sort();
    expect([...groups.keys()].sort()).toEqual(keys);
    for (const key of keys) expect(groups.get(key)).toEqual(after.filter((item) => item.key === key));
    before = after;
  }
});

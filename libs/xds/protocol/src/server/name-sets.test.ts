import { describe, expect, it } from 'vitest';
import { changedNames, stepsMax } from './name-sets.ts';

describe('steps from one set of names to another', () => {
  const base = new Set(Array.from({ length: 40 }, (_, at) => `name-${at}`));

  it('are one for all who take them, up to the bound; then the longest untaken is made anew', () => {
    const first = changedNames(base, ['x-0'], []);
    const second = changedNames(base, ['x-1'], []);
    expect(changedNames(base, ['x-0'], [])).toBe(first);
    const more = Array.from({ length: stepsMax - 1 }, (_, at) => changedNames(base, [`y-${at}`], []));
    expect(changedNames(base, ['x-1'], [])).toBe(second);
    const anew = changedNames(base, ['x-0'], []);
    expect(anew).not.toBe(first);
    expect([...anew]).toEqual([...first]);
    expect(more).toHaveLength(stepsMax - 1);
  });
});

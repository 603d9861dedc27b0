/** Mutations of flat header lists. */

import { describe, expect, it } from 'vitest';
import { applyMutation } from './apply.ts';

function mutated(fields: string[], mutation: Parameters<typeof applyMutation>[1]): string[] {
  applyMutation(fields, mutation);
  return fields;
}

describe('a header mutation', () => {
  it('removes, then sets, then adds', () => {
    const mutation = { remove: ['a'], set: ['a', '1'], add: ['a', '2'] };
    expect(mutated(['a', 'x', 'b', 'y', 'a', 'z'], mutation)).toEqual(['b', 'y', 'a', '1', 'a', '2']);
  });

  it('sets over one field in its place, and over several as one', () => {
    expect(mutated(['a', 'x', 'b', 'y'], { remove: [], set: ['a', '1'], add: [] })).toEqual(['a', '1', 'b', 'y']);
    expect(mutated(['a', 'x', 'a', 'y', 'b', 'z'], { remove: [], set: ['a', '1'], add: [] })).toEqual([
      'b',
      'z',
      'a',
      '1',
    ]);
  });
});

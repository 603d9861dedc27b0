import { expect, it } from 'vitest';
import { withoutConflicts } from './chain-conflicts.ts';
import type { Chain, ChainMatch } from './listener.ts';

const chain = (name: string, match?: ChainMatch): Chain => ({ name, filters: [], ...(match && { match }) });

const left = (...chains: Chain[]) => {
  const told: string[] = [];
  const kept = withoutConflicts(chains, (loser, by) => told.push(`${loser.name} by ${by.name}`));
  return { kept: kept.map(({ name, match }) => `${name} ${match?.serverNames?.join(',') ?? ''}`.trim()), told };
};

it('leaves the first of two chains that match the same connections', () => {
  expect(left(chain('a'), chain('b'))).toEqual({ kept: ['a'], told: ['b by a'] });
  expect(left(chain('a', { destinationPort: 1 }), chain('b', { destinationPort: 2 })).told).toEqual([]);
});

it('takes from a chain only the server names that another has', () => {
  const { kept, told } = left(chain('a', { serverNames: ['x'] }), chain('b', { serverNames: ['x', 'y'] }));
  expect(kept).toEqual(['a x', 'b y']);
  expect(told).toEqual(['b by a']);
});

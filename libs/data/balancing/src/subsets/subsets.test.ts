/** Subsets and what happens where there is none. */

import type { BalancingSpec } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { balancer, context, count, endpoint } from '../testing/balancer.contract.ts';
import { subsetsMax } from './subsets.ts';

type SubsetSpec = NonNullable<BalancingSpec['subsets']>;
const policy = { kind: 'round-robin', slowStart: undefined } as const;
const endpoints = [
  endpoint(1, { lbMetadata: { version: 'v1', stage: 'prod' } }),
  endpoint(2, { lbMetadata: { version: 'v2', stage: 'prod' } }),
  endpoint(3, { lbMetadata: { version: 'v2', stage: 'dev' } }),
  endpoint(4),
];
const setUp = (spec: Partial<SubsetSpec>) => {
  const made = balancer(policy, {
    subsets: {
      selectors: [{ keys: ['version'], fallback: 'not-defined' }],
      fallback: 'none',
      defaultSubset: {},
      ...spec,
    },
  });
  made.update(endpoints);
  return (subset?: Record<string, string>) =>
    [...count(made, 40, undefined, subset === undefined ? undefined : context({ subset })).keys()].sort();
};

describe('subsets', () => {
  it('are what a selector makes of metadata', () => {
    const ports = setUp({
      selectors: [
        { keys: ['version'], fallback: 'none' },
        { keys: ['version', 'stage'], fallback: 'none' },
      ],
    });
    expect(ports({ version: 'v2' })).toEqual([2, 3]);
    expect(ports({ stage: 'dev', version: 'v2' })).toEqual([3]);
    expect(ports({ stage: 'dev' })).toEqual([]);
    expect(ports({ version: 'v3' })).toEqual([]);
  });

  it('fall back as the cluster says, for routes that ask for nothing, too', () => {
    expect(setUp({ fallback: 'none' })()).toEqual([]);
    expect(setUp({ fallback: 'any' })()).toEqual([1, 2, 3, 4]);
    expect(setUp({ fallback: 'any' })({ version: 'v3' })).toEqual([1, 2, 3, 4]);
    const ports = setUp({ fallback: 'default', defaultSubset: { stage: 'prod' } });
    expect(ports({ version: 'v3' })).toEqual([1, 2]);
    expect(ports({ other: 'x' })).toEqual([1, 2]);
  });

  it('fall back as the selector says, before the cluster', () => {
    const ports = setUp({ selectors: [{ keys: ['version'], fallback: 'any' }] });
    expect(ports({ version: 'v3' })).toEqual([1, 2, 3, 4]);
    expect(ports({ other: 'x' })).toEqual([]);
  });

  it('follow an update for a route that has asked before', () => {
    const made = balancer(policy, {
      subsets: { selectors: [{ keys: ['v'], fallback: 'none' }], fallback: 'none', defaultSubset: {} },
    });
    const asking = context({ subset: { v: '1' } });
    made.update([]);
    expect(made.pick(asking)).toBeUndefined();
    made.update([endpoint(5, { lbMetadata: { v: '1' } })]);
    expect(made.pick(asking)?.port).toBe(5);
  });

  it('have a bound', () => {
    const made = balancer(policy, {
      subsets: { selectors: [{ keys: ['v'], fallback: 'none' }], fallback: 'none', defaultSubset: {} },
    });
    made.update(
      Array.from({ length: subsetsMax + 1 }, (_, index) => endpoint(index, { lbMetadata: { v: `${index}` } })),
    );
    expect(made.pick(context({ subset: { v: '0' } }))?.port).toBe(0);
    expect(made.pick(context({ subset: { v: `${subsetsMax}` } }))).toBeUndefined();
  });
});

describe('an override host', () => {
  it('is taken while it is fit', () => {
    const made = balancer(policy);
    const all = [endpoint(1), endpoint(2)];
    made.update(all);
    const sticky = context({ overrideHost: '10.0.0.1:2' });
    expect(count(made, 20, undefined, sticky)).toEqual(new Map([[2, 20]]));
    all[1]!.ejected = true;
    made.update(all);
    expect(count(made, 20, undefined, sticky)).toEqual(new Map([[1, 20]]));
  });
});

/** Least request looks at what is in flight. */

import type { BalancingPolicy, SlowStart } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { balancer, balancerContract, count, endpoint } from '../testing/balancer.contract.ts';

const policy = (change: { choiceCount?: number; activeRequestBias?: number; slowStart?: SlowStart } = {}) =>
  ({
    kind: 'least-request',
    choiceCount: 2,
    activeRequestBias: 1,
    slowStart: undefined,
    ...change,
  }) satisfies BalancingPolicy;

balancerContract('least request', policy());

describe('least request', () => {
  it('always takes the less busy one of two', () => {
    const made = balancer(policy());
    made.update([endpoint(1, { active: 5 }), endpoint(2)]);
    expect(count(made, 100)).toEqual(new Map([[2, 100]]));
  });

  it('gives a busy endpoint less than its weight, as strongly as the bias says', () => {
    for (const [activeRequestBias, expected] of [
      [1, 1_000],
      [0, 2_000],
      [2, 333],
    ] as const) {
      const made = balancer(policy({ activeRequestBias }));
      made.update([endpoint(1, { weight: 2, active: 3 }), endpoint(2, { weight: 1 })]);
      expect(Math.abs((count(made, 3_000).get(1) ?? 0) - expected)).toBeLessThan(50);
    }
  });

  it('keeps a slow endpoint from piling up', () => {
    const made = balancer(policy(), {}, 3);
    const slow = endpoint(1);
    made.update([slow, endpoint(2), endpoint(3)]);
    count(made, 300, (picked) => {
      if (picked === slow) picked.active += 1;
    });
    expect(slow.active).toBeLessThan(5);
  });

  it('finds the idle one of many sooner with more choices', () => {
    const picksOfIdle = (choiceCount: number): number => {
      const made = balancer(policy({ choiceCount }));
      made.update([endpoint(1), ...Array.from({ length: 9 }, (_, index) => endpoint(index + 2, { active: 1 }))]);
      return count(made, 2_000).get(1) ?? 0;
    };
    expect(Math.abs(picksOfIdle(2) / 2_000 - 0.2)).toBeLessThan(0.03);
    expect(Math.abs(picksOfIdle(8) / 2_000 - 0.57)).toBeLessThan(0.08);
  });

  it('starts a new endpoint slowly', () => {
    const clock = createManualClock(1_000_000);
    const made = balancer(policy({ slowStart: { windowMs: 60_000, aggression: 1, minWeight: 0.1 } }), {}, 1, clock);
    made.update([endpoint(1), endpoint(2, { healthySinceMs: 1_000_000 - 30_000 })]);
    expect(Math.abs((count(made, 3_000).get(2) ?? 0) - 1_000)).toBeLessThan(50);
  });
});

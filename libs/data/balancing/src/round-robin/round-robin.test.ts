/** Round robin is exact, not only on average. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { balancer, balancerContract, count, endpoint } from '../testing/balancer.contract.ts';

const policy = { kind: 'round-robin', slowStart: undefined } as const;

balancerContract('round robin', policy);

describe('round robin', () => {
  it('goes through equal endpoints in turn', () => {
    const made = balancer(policy, {}, 5);
    made.update([endpoint(1), endpoint(2), endpoint(3)]);
    const ports = Array.from({ length: 6 }, () => made.pick()?.port);
    expect(new Set(ports.slice(0, 3)).size).toBe(3);
    expect(ports.slice(3)).toEqual(ports.slice(0, 3));
  });

  it('spreads the turns of a heavy endpoint, exactly by weight', () => {
    const made = balancer(policy, {}, 5);
    made.update([endpoint(1, { weight: 5 }), endpoint(2), endpoint(3)]);
    const ports = Array.from({ length: 14 }, () => made.pick()?.port);
    expect(ports.filter((port) => port === 1)).toHaveLength(10);
    expect(ports.join('')).not.toContain('111111');
  });

  it('starts a new endpoint with a part of its weight, which grows until it has all of it', () => {
    const slowStart = { windowMs: 60_000, aggression: 1, minWeight: 0.1 };
    const clock = createManualClock(1_000_000);
    const made = balancer({ kind: 'round-robin', slowStart }, {}, 5, clock);
    made.update([endpoint(1), endpoint(2, { healthySinceMs: 1_000_000 })]);
    const share = (): number => (count(made, 1_100).get(2) ?? 0) / 1_100;
    expect(share()).toBeCloseTo(0.1 / 1.1, 1);
    clock.advance(30_000);
    expect(share()).toBeCloseTo(0.5 / 1.5, 1);
    clock.advance(30_000);
    expect(share()).toBeCloseTo(0.5, 2);
  });
});

/** Round robin is exact, not only on average. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { balancerContract, endpoint } from '../testing/balancer.contract.ts';
import { createRoundRobin } from './round-robin.ts';

balancerContract('round robin', createRoundRobin);

describe('round robin', () => {
  it('goes through equal endpoints in turn', () => {
    const balancer = createRoundRobin(createSeededRandom(5));
    balancer.update([endpoint(1), endpoint(2), endpoint(3)]);
    const ports = Array.from({ length: 6 }, () => balancer.pick()?.port);
    expect(new Set(ports.slice(0, 3)).size).toBe(3);
    expect(ports.slice(3)).toEqual(ports.slice(0, 3));
  });

  it('spreads the turns of a heavy endpoint', () => {
    const balancer = createRoundRobin(createSeededRandom(5));
    balancer.update([endpoint(1, { weight: 5 }), endpoint(2), endpoint(3)]);
    expect(Array.from({ length: 7 }, () => balancer.pick()?.port)).toEqual([1, 1, 2, 1, 3, 1, 1]);
  });
});

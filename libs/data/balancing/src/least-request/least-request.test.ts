/** Least request looks at what is in flight. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { balancerContract, count, endpoint } from '../testing/balancer.contract.ts';
import { createLeastRequest } from './least-request.ts';

balancerContract('least request', createLeastRequest);

describe('least request', () => {
  it('always takes the less busy one of two', () => {
    const balancer = createLeastRequest(createSeededRandom(1));
    const busy = endpoint(1);
    busy.active = 5;
    balancer.update([busy, endpoint(2)]);
    expect(count(balancer, 100)).toEqual(new Map([[2, 100]]));
  });

  it('gives a busy endpoint less than its weight', () => {
    const balancer = createLeastRequest(createSeededRandom(1));
    const busy = endpoint(1, { weight: 2 });
    busy.active = 3;
    balancer.update([busy, endpoint(2, { weight: 1 })]);
    const counts = count(balancer, 3_000);
    expect(Math.abs((counts.get(1) ?? 0) - 1_000)).toBeLessThan(50);
  });

  it('keeps a slow endpoint from piling up', () => {
    const balancer = createLeastRequest(createSeededRandom(3));
    const slow = endpoint(1);
    const others = [endpoint(2), endpoint(3)];
    balancer.update([slow, ...others]);
    count(balancer, 300, (picked) => {
      if (picked === slow) picked.active += 1;
    });
    expect(slow.active).toBeLessThan(5);
  });
});

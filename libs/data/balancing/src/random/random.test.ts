/** Random: the contract, and that weights do not count. */

import { expect, it } from 'vitest';
import { balancer, balancerContract, count, endpoint } from '../testing/balancer.contract.ts';

balancerContract('random', { kind: 'random' }, false);

it('random leaves weights alone, as Envoy does', () => {
  const made = balancer({ kind: 'random' });
  made.update([endpoint(1, { weight: 9 }), endpoint(2)]);
  expect(Math.abs((count(made, 4_000).get(1) ?? 0) - 2_000)).toBeLessThan(150);
});

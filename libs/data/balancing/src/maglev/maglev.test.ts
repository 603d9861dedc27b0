/** Maglev: places by weight, nearly exactly. */

import { describe, expect, it } from 'vitest';
import { balancer, balancerContract, context, endpoint, hashContract } from '../testing/balancer.contract.ts';

const policy = { kind: 'maglev', tableSize: 65_537, useHostname: false } as const;

balancerContract('maglev', policy);
hashContract('maglev', policy);

describe('maglev', () => {
  it('gives each endpoint places in proportion to its weight', () => {
    const made = balancer(policy);
    made.update([endpoint(1, { weight: 1 }), endpoint(2, { weight: 2 }), endpoint(3, { weight: 5 })]);
    const places = new Map<number, number>();
    for (let hash = 0; hash < 65_537; hash += 1) {
      const port = made.pick(context({ hash }))!.port;
      places.set(port, (places.get(port) ?? 0) + 1);
    }
    for (const [port, weight] of [
      [1, 1],
      [2, 2],
      [3, 5],
    ] as const) {
      expect(Math.abs((places.get(port) ?? 0) - (65_537 * weight) / 8)).toBeLessThan(5);
    }
  });
});

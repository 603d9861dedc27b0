/** Weights of localities, as requests meet them. */

import { describe, expect, it } from 'vitest';
import { balancer, count, endpoint } from '../testing/balancer.contract.ts';

const policy = { kind: 'round-robin', slowStart: undefined } as const;
const crowd = (from: number, size: number, change: (index: number) => object) =>
  Array.from({ length: size }, (_, index) => endpoint(from + index, change(index)));
const among = (counts: Map<number, number>, from: number, to: number): number =>
  [...counts].reduce((total, [port, picks]) => total + (port >= from && port < to ? picks : 0), 0);

describe('localities', () => {
  const zones = (healthyOfA: number) => [
    ...crowd(0, 10, (index) => ({ locality: 'a', localityWeight: 3, healthy: index < healthyOfA })),
    ...crowd(100, 2, () => ({ locality: 'b', localityWeight: 1 })),
    endpoint(200, { locality: 'c' }),
  ];

  it('get traffic by their weights, whatever the number of their endpoints', () => {
    const made = balancer(policy, { localityWeighted: true });
    made.update(zones(10));
    const counts = count(made, 4_000);
    expect(among(counts, 0, 10)).toBe(3_000);
    expect(among(counts, 200, 201)).toBe(0);
  });

  it('get less where they lost endpoints: 3 × 1.4 × 50 % against 1', () => {
    const made = balancer(policy, { localityWeighted: true });
    made.update(zones(5));
    expect(Math.abs(among(count(made, 3_100), 0, 10) - 2_100)).toBeLessThan(5);
  });

  it('are one crowd where weights are not asked for', () => {
    const made = balancer(policy);
    made.update(zones(10));
    expect(among(count(made, 1_300), 0, 10)).toBe(1_000);
  });

  it('weigh in a hash table through their endpoints', () => {
    const made = balancer({ kind: 'maglev', tableSize: 65_537, useHostname: false }, { localityWeighted: true });
    made.update(zones(10));
    expect(Math.abs(among(count(made, 20_000), 0, 10) - 15_000)).toBeLessThan(400);
  });
});

/** What every balancer must do, whatever its policy. */

import type { Balancer, Endpoint } from '@weft/data-runtime';
import { unknownWorkload } from '@weft/data-runtime';
import { createSeededRandom, type Random } from '@weft/kernel';
import { describe, expect, it } from 'vitest';

export function endpoint(port: number, change: { weight?: number; healthy?: boolean } = {}): Endpoint {
  return {
    address: '10.0.0.1',
    port,
    hostPort: `10.0.0.1:${port}`,
    weight: change.weight ?? 1,
    healthy: change.healthy ?? true,
    tls: undefined,
    workload: unknownWorkload,
    active: 0,
  };
}

/** Picks by port. @param settle called after each pick, with the endpoint. */
export function count(balancer: Balancer, picks: number, settle = (_: Endpoint) => {}): Map<number, number> {
  const counts = new Map<number, number>();
  for (let turn = 0; turn < picks; turn += 1) {
    const picked = balancer.pick();
    if (picked === undefined) continue;
    counts.set(picked.port, (counts.get(picked.port) ?? 0) + 1);
    settle(picked);
  }
  return counts;
}

export function balancerContract(name: string, create: (random: Random) => Balancer): void {
  const seeds = [1, 7, 4_711];
  describe(`${name} as a balancer`, () => {
    it('picks nothing before the first update, of no endpoints, and when none is healthy', () => {
      const balancer = create(createSeededRandom(1));
      expect(balancer.pick()).toBeUndefined();
      balancer.update([]);
      expect(balancer.pick()).toBeUndefined();
      balancer.update([endpoint(1, { healthy: false }), endpoint(2, { healthy: false, weight: 3 })]);
      expect(balancer.pick()).toBeUndefined();
    });

    it.each(seeds)('never picks an unhealthy endpoint (seed %i)', (seed) => {
      const random = createSeededRandom(seed);
      const balancer = create(random);
      for (let round = 0; round < 50; round += 1) {
        const all = Array.from({ length: 1 + Math.floor(random() * 9) }, (_, port) =>
          endpoint(port, { healthy: random() < 0.6, weight: 1 + Math.floor(random() * 3) }),
        );
        balancer.update(all);
        const anyHealthy = all.some((one) => one.healthy);
        for (let turn = 0; turn < 20; turn += 1) {
          const picked = balancer.pick();
          expect(picked !== undefined).toBe(anyHealthy);
          if (picked !== undefined) expect(picked.healthy).toBe(true);
        }
      }
    });

    it.each(seeds)('spreads evenly over equal idle endpoints (seed %i)', (seed) => {
      const balancer = create(createSeededRandom(seed));
      balancer.update([endpoint(1), endpoint(2), endpoint(3), endpoint(4)]);
      const counts = count(balancer, 8_000);
      for (const port of [1, 2, 3, 4]) expect(Math.abs((counts.get(port) ?? 0) - 2_000)).toBeLessThan(200);
    });

    it.each(seeds)('keeps to the weights as written (seed %i)', (seed) => {
      const balancer = create(createSeededRandom(seed));
      balancer.update([endpoint(1, { weight: 90 }), endpoint(2, { weight: 10 }), endpoint(3, { healthy: false })]);
      const counts = count(balancer, 10_000);
      expect(Math.abs((counts.get(1) ?? 0) - 9_000)).toBeLessThan(200);
      expect((counts.get(1) ?? 0) + (counts.get(2) ?? 0)).toBe(10_000);
    });

    it('picks the same again with the same seed', () => {
      const run = (): (number | undefined)[] => {
        const balancer = create(createSeededRandom(42));
        balancer.update([endpoint(1), endpoint(2, { weight: 2 }), endpoint(3)]);
        return Array.from({ length: 50 }, () => balancer.pick()?.port);
      };
      expect(run()).toEqual(run());
    });

    it('forgets endpoints that an update does not have', () => {
      const balancer = create(createSeededRandom(1));
      balancer.update([endpoint(1), endpoint(2)]);
      balancer.update([endpoint(3)]);
      expect([...count(balancer, 100).keys()]).toEqual([3]);
    });
  });
}

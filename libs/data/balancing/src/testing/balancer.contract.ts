/** What every balancer must do, whatever its policy. */

import type { Balancer, BalancingPolicy, BalancingSpec, Endpoint, PickContext } from '@weft/data-runtime';
import { type Changeable, testEndpoint } from '@weft/data-runtime/testing';
import { type Clock, createManualClock, createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createBalancer } from '../create-balancer.ts';

export type TestEndpoint = Changeable<Endpoint>;

export function endpoint(port: number, change: Partial<Endpoint> = {}): TestEndpoint {
  return testEndpoint({ address: '10.0.0.1', port, localityWeight: 0, ...change });
}

export function context(change: Partial<PickContext> = {}): PickContext {
  return { hash: undefined, avoid: [], avoidTries: 0, subset: undefined, overrideHost: undefined, ...change };
}

/** Without panic, so that only health decides. */
export function balancer(
  policy: BalancingPolicy,
  change: Partial<BalancingSpec> = {},
  seed = 1,
  clock: Clock = createManualClock(),
): Balancer {
  const spec: BalancingSpec = {
    policy,
    panicThreshold: 0,
    failTrafficOnPanic: false,
    overprovisioningFactor: 140,
    localityWeighted: false,
    subsets: undefined,
    hashBalanceFactor: 0,
    ...change,
  };
  return createBalancer(spec, createSeededRandom(seed), clock);
}

/** Picks by port. @param settle called after each pick, with the endpoint. */
export function count(
  from: Balancer,
  picks: number,
  settle = (_: Endpoint) => {},
  given?: PickContext,
): Map<number, number> {
  const counts = new Map<number, number>();
  for (let turn = 0; turn < picks; turn += 1) {
    const picked = from.pick(given);
    if (picked === undefined) continue;
    counts.set(picked.port, (counts.get(picked.port) ?? 0) + 1);
    settle(picked);
  }
  return counts;
}

/** @param weighted false: the policy leaves endpoint weights alone. */
export function balancerContract(name: string, policy: BalancingPolicy, weighted = true): void {
  const seeds = [1, 7, 4_711];
  describe(`${name} as a balancer`, () => {
    it('picks nothing before the first update, of no endpoints, and when none is healthy', () => {
      const made = balancer(policy);
      expect(made.pick()).toBeUndefined();
      made.update([]);
      expect(made.pick()).toBeUndefined();
      made.update([endpoint(1, { healthy: false }), endpoint(2, { ejected: true, weight: 3 })]);
      expect(made.pick()).toBeUndefined();
    });

    it.each(seeds)('never picks an endpoint that is unhealthy or ejected (seed %i)', (seed) => {
      const random = createSeededRandom(seed);
      const made = balancer(policy, {}, seed);
      for (let round = 0; round < 30; round += 1) {
        const all = Array.from({ length: 1 + Math.floor(random() * 9) }, (_, port) =>
          endpoint(port, {
            healthy: random() < 0.6,
            ejected: random() < 0.2,
            weight: 1 + Math.floor(random() * 3),
          }),
        );
        made.update(all);
        const anyFit = all.some((one) => one.healthy && !one.ejected);
        for (let turn = 0; turn < 20; turn += 1) {
          const picked = made.pick();
          expect(picked !== undefined).toBe(anyFit);
          if (picked !== undefined) expect(picked.healthy && !picked.ejected).toBe(true);
        }
      }
    });

    it.each(seeds)('spreads evenly over equal idle endpoints (seed %i)', (seed) => {
      const made = balancer(policy, {}, seed);
      made.update([endpoint(1), endpoint(2), endpoint(3), endpoint(4)]);
      const counts = count(made, 8_000);
      for (const port of [1, 2, 3, 4]) expect(Math.abs((counts.get(port) ?? 0) - 2_000)).toBeLessThan(200);
    });

    it.each(weighted ? seeds : [])('keeps to the weights as written (seed %i)', (seed) => {
      const made = balancer(policy, {}, seed);
      made.update([endpoint(1, { weight: 90 }), endpoint(2, { weight: 10 }), endpoint(3, { healthy: false })]);
      const counts = count(made, 10_000);
      expect(Math.abs((counts.get(1) ?? 0) - 9_000)).toBeLessThan(200);
      expect((counts.get(1) ?? 0) + (counts.get(2) ?? 0)).toBe(10_000);
    });

    it('picks the same again with the same seed', () => {
      const run = (): (number | undefined)[] => {
        const made = balancer(policy, {}, 42);
        made.update([endpoint(1), endpoint(2, { weight: 2 }), endpoint(3)]);
        return Array.from({ length: 50 }, () => made.pick()?.port);
      };
      expect(run()).toEqual(run());
    });

    it('forgets endpoints that an update does not have', () => {
      const made = balancer(policy);
      made.update([endpoint(1), endpoint(2)]);
      made.update([endpoint(3)]);
      expect([...count(made, 100).keys()]).toEqual([3]);
    });

    it('goes to another endpoint than those tried before, as long as it may try', () => {
      const made = balancer(policy);
      const all = [endpoint(1), endpoint(2), endpoint(3), endpoint(4)];
      made.update(all);
      const tried = context({ hash: 77, avoid: [all[0]!], avoidTries: 30 });
      expect(count(made, 200, undefined, tried).has(1)).toBe(false);
      const alone = balancer(policy);
      alone.update([all[0]!]);
      expect(alone.pick(tried)).toBe(all[0]);
    });
  });
}

/** What holds for policies that go by the request's hash, over it. */
export function hashContract(name: string, policy: BalancingPolicy): void {
  const hashes = Array.from({ length: 4_000 }, (_, index) => Math.imul(index + 1, 0x9e37_79b1) >>> 0);
  const owners = (made: Balancer): (number | undefined)[] => hashes.map((hash) => made.pick(context({ hash }))?.port);
  const crowd = (size: number): TestEndpoint[] => Array.from({ length: size }, (_, index) => endpoint(index + 1));

  describe(`${name} as a consistent hash`, () => {
    it('gives one hash one endpoint, whatever the order of the endpoints and the seed', () => {
      const one = balancer(policy, {}, 1);
      const other = balancer(policy, {}, 2);
      one.update(crowd(10));
      other.update(crowd(10));
      expect(owners(one)).toEqual(owners(other));
      expect(owners(one)).toEqual(owners(one));
    });

    it('moves about one of n keys when one of n endpoints goes, and moves them back when it comes again', () => {
      const made = balancer(policy);
      const all = crowd(10);
      made.update(all);
      const before = owners(made);
      all[3]!.ejected = true;
      made.update(all);
      const without = owners(made);
      const moved = before.filter((port, index) => port !== without[index]).length;
      expect(moved).toBeGreaterThan(4_000 / 10 / 2);
      expect(moved).toBeLessThan((4_000 / 10) * 2);
      expect(without).not.toContain(4);
      all[3]!.ejected = false;
      made.update(all);
      expect(owners(made)).toEqual(before);
    });

    it('passes over an endpoint that has more than its bounded share', () => {
      const made = balancer(policy, { hashBalanceFactor: 150 });
      const all = crowd(5);
      made.update(all);
      for (let turn = 0; turn < 100; turn += 1) made.pick(context({ hash: 12_345 }))!.active += 1;
      for (const one of all) expect(one.active).toBeLessThanOrEqual(31);
      expect(Math.max(...all.map(({ active }) => active))).toBeGreaterThan(20);
    });
  });
}

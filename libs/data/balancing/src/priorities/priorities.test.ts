/** Levels, panic and degraded endpoints, as requests meet them. */

import { describe, expect, it } from 'vitest';
import { balancer, context, count, endpoint } from '../testing/balancer.contract.ts';
import { detoursMax } from './priorities.ts';

const policy = { kind: 'round-robin', slowStart: undefined } as const;
const crowd = (from: number, size: number, change: (index: number) => object) =>
  Array.from({ length: size }, (_, index) => endpoint(from + index, change(index)));
const among = (counts: Map<number, number>, from: number, to: number): number =>
  [...counts].reduce((total, [port, picks]) => total + (port >= from && port < to ? picks : 0), 0);

describe('priorities', () => {
  it('spill to the next level as far as the first is not available', () => {
    const made = balancer(policy);
    made.update([...crowd(0, 10, (index) => ({ healthy: index < 5 })), ...crowd(100, 10, () => ({ priority: 1 }))]);
    expect(Math.abs(among(count(made, 20_000), 100, 200) - 6_000)).toBeLessThan(300);
  });

  it('of a hash balancer go by the hash', () => {
    const made = balancer({ kind: 'maglev', tableSize: 101, useHostname: false });
    made.update([endpoint(0), endpoint(1, { healthy: false }), endpoint(2, { priority: 1 })]);
    expect(made.pick(context({ hash: 69 }))?.port).toBe(0);
    expect(made.pick(context({ hash: 70 }))?.port).toBe(2);
  });

  it('are left out where a retry has tried them, as long as another is available', () => {
    const made = balancer(policy);
    made.update([endpoint(0), endpoint(1, { priority: 1 }), endpoint(2, { priority: 2, healthy: false })]);
    expect(made.pick()?.port).toBe(0);
    expect(made.pick(context({ avoidPriorities: [0] }))?.port).toBe(1);
    expect(made.pick(context({ avoidPriorities: [0, 1] }))?.port).toBe(0);
    made.update([endpoint(0), endpoint(2, { priority: 2 })]);
    expect(made.pick(context({ avoidPriorities: [0] }))?.port).toBe(2);
  });

  it('keep as many ways round as the bound says', () => {
    const levels = 6;
    const made = balancer(policy);
    made.update(Array.from({ length: levels }, (_, priority) => endpoint(priority, { priority })));
    const sets = Array.from({ length: 2 ** (levels - 1) - 1 }, (_, bits) =>
      Array.from({ length: levels }, (_, level) => level).filter((level) => ((bits + 1) >> level) & 1),
    );
    expect(sets.length).toBeGreaterThan(detoursMax);
    for (const avoidPriorities of sets)
      expect(avoidPriorities).not.toContain(made.pick(context({ avoidPriorities }))?.port);
  });

  it('in panic use every endpoint, or none where traffic is to fail', () => {
    const all = crowd(0, 10, (index) => ({ healthy: index === 0 }));
    const made = balancer(policy, { panicThreshold: 50 });
    made.update(all);
    expect(count(made, 100).size).toBe(10);
    const failing = balancer(policy, { panicThreshold: 50, failTrafficOnPanic: true });
    failing.update(all);
    expect(failing.pick()).toBeUndefined();
  });

  it('use degraded endpoints only for what healthy ones do not cover', () => {
    const made = balancer(policy);
    made.update(crowd(0, 10, (index) => ({ degraded: index >= 5 })));
    expect(Math.abs(among(count(made, 20_000), 5, 10) - 6_000)).toBeLessThan(300);
  });
});

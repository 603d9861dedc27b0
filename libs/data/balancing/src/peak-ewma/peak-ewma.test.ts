/** Peak EWMA: Linkerd's formulas, by hand. */

import type { AttemptOutcome } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { balancer, balancerContract, count, endpoint } from '../testing/balancer.contract.ts';

const policy = { kind: 'peak-ewma', decayMs: 10_000, defaultRttMs: 30 } as const;
const outcome = (latencyMs: number): AttemptOutcome => ({
  status: 200,
  grpcStatus: undefined,
  local: undefined,
  latencyMs,
  fields: [],
});

balancerContract('peak EWMA', policy, false);

describe('peak EWMA', () => {
  const setUp = () => {
    const clock = createManualClock();
    const made = balancer(policy, {}, 1, clock);
    const [one, two] = [endpoint(1), endpoint(2)];
    made.update([one, two]);
    const better = (): number => [...count(made, 20).keys()][0]!;
    return { clock, made, one, two, better };
  };

  it('takes a peak at once and forgets it as time goes by', () => {
    const { clock, made, one, two, better } = setUp();
    made.observe?.(one, outcome(500));
    expect(better()).toBe(2);
    // 500 ms decay under 30 ms after ln(500/30) × 10 s ≈ 28.1 s.
    clock.advance(28_000);
    made.observe?.(two, outcome(30));
    expect(better()).toBe(2);
    clock.advance(2_000);
    made.observe?.(two, outcome(30));
    expect(better()).toBe(1);
  });

  it('pulls an estimate down by the time since the last sample', () => {
    const { clock, made, one, two, better } = setUp();
    made.observe?.(one, outcome(100));
    clock.advance(10_000);
    // 100 × e^-1 + 20 × (1 - e^-1) = 49.4
    made.observe?.(one, outcome(20));
    made.observe?.(two, outcome(49));
    expect(better()).toBe(2);
    made.observe?.(two, outcome(50));
    expect(better()).toBe(1);
  });

  it('weighs latency with what is in flight', () => {
    const { made, one, two, better } = setUp();
    made.observe?.(one, outcome(100));
    made.observe?.(two, outcome(300));
    one.active = 1;
    expect(better()).toBe(1);
    one.active = 3;
    expect(better()).toBe(2);
  });
});

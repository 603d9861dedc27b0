/** Outlier detection, case by case as Envoy does it. */

import type { OutlierSpec } from '@weft/data-runtime';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { answered, checkedEndpoint, createMutator, failed } from '../testing/crowd.ts';
import { createOutlier } from './outlier.ts';

const defaults: OutlierSpec = {
  consecutive5xx: 5,
  consecutiveGatewayFailure: 5,
  consecutiveLocalOriginFailure: 5,
  splitLocalOrigin: false,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  ejectionJitterMs: 0,
  maxEjectionPercent: 100,
  alwaysEjectOneHost: false,
  successfulCheckUnejects: true,
  successRate: { hostsMin: 5, volumeMin: 100, stdevFactor: 1.9 },
  failurePercentage: { hostsMin: 5, volumeMin: 50, threshold: 85 },
  enforcing: {
    consecutive_5xx: 100,
    consecutive_gateway_failure: 0,
    consecutive_local_origin_failure: 100,
    success_rate: 100,
    success_rate_local_origin: 100,
    failure_percentage: 0,
    failure_percentage_local_origin: 0,
  },
};

function setUp(change: Partial<OutlierSpec> = {}, hosts = 2, enforcing: Partial<OutlierSpec['enforcing']> = {}) {
  const clock = createManualClock();
  const mutator = createMutator();
  const spec = { ...defaults, ...change, enforcing: { ...defaults.enforcing, ...enforcing } };
  const outlier = createOutlier(spec, { clock, random: createSeededRandom(1), change: mutator.change });
  const endpoints = Array.from({ length: hosts }, (_, index) => checkedEndpoint(index + 1));
  outlier.update(endpoints);
  const send = (index: number, statuses: readonly (number | 'connect-failed' | 'timeout' | 'reset')[]): void => {
    for (const one of statuses) {
      outlier.observe?.(endpoints[index]!, typeof one === 'number' ? answered(one) : failed(one));
    }
  };
  const isEjected = (index: number): boolean => mutator.said.get(`${index + 1} ejected`) === true;
  const count = (name: string): number | undefined => outlier.counters.get(`outlier_detection.${name}`);
  return { clock, mutator, outlier, endpoints, send, isEjected, count };
}

const times = (count: number, status: number): number[] => new Array<number>(count).fill(status);

describe('failures in a row', () => {
  it('eject with the fifth 5xx, and not where a success came between', () => {
    const { send, isEjected } = setUp();
    send(0, [500, 500, 500, 500, 404, 500, 500, 500, 500]);
    expect(isEjected(0)).toBe(false);
    send(0, [500]);
    expect(isEjected(0)).toBe(true);
    expect(isEjected(1)).toBe(false);
  });

  it('of this proxy’s own making count as 503 and 504', () => {
    const { send, isEjected, count } = setUp({}, 2, { consecutive_gateway_failure: 100 });
    send(0, ['connect-failed', 'timeout', 'reset', 503]);
    expect(isEjected(0)).toBe(false);
    send(0, ['connect-failed']);
    expect(isEjected(0)).toBe(true);
    expect(count('ejections_enforced_consecutive_gateway_failure')).toBe(1);
  });

  it('of the gateway are found but not enforced by default, and a 500 between them ends their row', () => {
    const { send, isEjected, count } = setUp({ consecutive5xx: 0, consecutiveGatewayFailure: 3 });
    send(0, [502, 503, 500, 502, 503]);
    expect(count('ejections_detected_consecutive_gateway_failure')).toBe(0);
    send(0, [504]);
    expect(count('ejections_detected_consecutive_gateway_failure')).toBe(1);
    expect(isEjected(0)).toBe(false);
  });

  it('are counted apart by who made them where that is asked for', () => {
    const { send, isEjected, count } = setUp({ splitLocalOrigin: true, consecutiveLocalOriginFailure: 2 });
    // One that got a connection ends the row, even where it was broken off.
    send(0, [500, 500, 'connect-failed', 500, 'connect-failed', 500, 'reset', 'timeout', 'reset']);
    expect(isEjected(0)).toBe(false);
    send(0, ['connect-failed']);
    expect(isEjected(0)).toBe(true);
    expect(count('ejections_enforced_consecutive_local_origin_failure')).toBe(1);
    send(1, times(5, 500));
    expect(isEjected(1)).toBe(true);
  });

  it('begin anew after an ejection that did not happen', () => {
    const { send, count } = setUp({ maxEjectionPercent: 10 });
    send(0, times(9, 500));
    expect(count('ejections_overflow')).toBe(1);
    send(0, [500]);
    expect(count('ejections_overflow')).toBe(2);
  });
});

describe('the maximum of ejections', () => {
  it('of 10 percent lets none of nine go, and one of ten', () => {
    const nine = setUp({ maxEjectionPercent: 10 }, 9);
    nine.send(0, times(5, 500));
    expect(nine.isEjected(0)).toBe(false);
    const ten = setUp({ maxEjectionPercent: 10 }, 10);
    ten.send(0, times(5, 500));
    ten.send(1, times(5, 500));
    expect([ten.isEjected(0), ten.isEjected(1)]).toEqual([true, false]);
    expect(ten.count('ejections_overflow')).toBe(1);
  });

  it('does not keep the first one where always_eject_one_host says so', () => {
    const { send, isEjected } = setUp({ maxEjectionPercent: 0, alwaysEjectOneHost: true }, 2);
    send(0, times(5, 500));
    send(1, times(5, 500));
    expect([isEjected(0), isEjected(1)]).toEqual([true, false]);
  });
});

describe('an ejection', () => {
  it('ends with the interval after its time, with all counters at zero', () => {
    const { clock, send, isEjected, count } = setUp();
    clock.advance(3_000);
    send(0, times(5, 500));
    // The interval began with the first attempt: it ends at 13, 23, 33 and 43 s; the time is over at 33 s.
    clock.advance(29_999);
    expect(isEjected(0)).toBe(true);
    clock.advance(1);
    expect(isEjected(0)).toBe(false);
    expect(count('ejections_active')).toBe(0);
    send(0, times(4, 500));
    expect(isEjected(0)).toBe(false);
  });

  it('lasts longer each time, and less long for each healthy interval', () => {
    const { clock, send, isEjected } = setUp();
    const ejectedFor = (): number => {
      send(0, times(5, 500));
      const startMs = clock.now();
      while (isEjected(0)) clock.advance(10_000);
      return clock.now() - startMs;
    };
    expect([ejectedFor(), ejectedFor(), ejectedFor()]).toEqual([30_000, 60_000, 90_000]);
    clock.advance(20_000);
    expect(ejectedFor()).toBe(60_000);
  });

  it('lasts no longer than the maximum', () => {
    const { clock, send, isEjected } = setUp({ baseEjectionMs: 100_000, maxEjectionMs: 150_000 });
    for (const expectedMs of [100_000, 150_000, 150_000]) {
      send(0, times(5, 500));
      const startMs = clock.now();
      while (isEjected(0)) clock.advance(10_000);
      expect(clock.now() - startMs).toBe(expectedMs);
    }
  });

  it('may last up to the jitter longer', () => {
    const { clock, send, isEjected } = setUp({ ejectionJitterMs: 60_000 });
    send(0, times(5, 500));
    clock.advance(30_000);
    expect(isEjected(0)).toBe(true);
    clock.advance(70_000);
    expect(isEjected(0)).toBe(false);
  });

  it('ends with an active check that succeeds, unless that is turned off', () => {
    const on = setUp();
    on.send(0, times(5, 500));
    on.outlier.checkPassed(on.endpoints[0]!);
    expect(on.isEjected(0)).toBe(false);
    const off = setUp({ successfulCheckUnejects: false });
    off.send(0, times(5, 500));
    off.outlier.checkPassed(off.endpoints[0]!);
    expect(off.isEjected(0)).toBe(true);
  });

  it('says why, and is forgotten with its endpoint', () => {
    const { clock, outlier, endpoints, send, count } = setUp();
    send(0, times(5, 500));
    clock.advance(4_000);
    expect(outlier.reasonOf(endpoints[0]!)).toBe(
      'ejected 4 s ago by outlier detection (consecutive_5xx), for 30 s at least',
    );
    outlier.update([endpoints[1]!]);
    expect(count('ejections_active')).toBe(0);
  });

  it('costs no timer once all is quiet', () => {
    const { clock, send } = setUp();
    expect(clock.pending()).toBe(0);
    send(0, times(5, 500));
    expect(clock.pending()).toBe(1);
    clock.advance(100_000);
    expect(clock.pending()).toBe(0);
  });
});

describe('success rates', () => {
  const traffic = (run: ReturnType<typeof setUp>, failuresOfFirst: number, requests = 100): void => {
    run.endpoints.forEach((_, index) => {
      for (let sent = 0; sent < requests; sent += 1) {
        const fails = index === 0 ? sent < failuresOfFirst : sent % 50 === 0;
        // Never five in a row.
        run.send(index, [fails && sent % 4 !== 3 ? 500 : 200]);
      }
    });
  };

  it('far below the others eject', () => {
    const run = setUp({}, 6);
    traffic(run, 60);
    run.clock.advance(10_000);
    expect(run.isEjected(0)).toBe(true);
    expect(run.count('ejections_enforced_success_rate')).toBe(1);
    expect(run.endpoints.filter((_, index) => run.isEjected(index))).toHaveLength(1);
  });

  it('can be read, of the last interval in which there was enough to judge', () => {
    const run = setUp({}, 6);
    const rates = (index: number) => run.outlier.successRates(run.endpoints[index]!);
    expect(rates(0)).toEqual({ external: -1, localOrigin: -1 });
    traffic(run, 60);
    run.clock.advance(10_000);
    expect(rates(0)).toEqual({ external: 55, localOrigin: -1 });
    expect(rates(1).external).toBe(98);
    // The mean of 55 and five times 98, and 1.9 standard deviations below.
    expect(run.outlier.bounds.external.average).toBeCloseTo(90.83, 2);
    expect(run.outlier.bounds.external.threshold).toBeCloseTo(60.39, 2);
    run.clock.advance(10_000);
    expect(rates(1).external).toBe(-1);
    expect(run.outlier.bounds.external).toEqual({ average: -1, threshold: -1 });
  });

  it('do not count with too few requests or too few endpoints', () => {
    const few = setUp({}, 6);
    traffic(few, 60, 99);
    few.clock.advance(10_000);
    const small = setUp({}, 4);
    traffic(small, 60);
    small.clock.advance(10_000);
    expect([few.isEjected(0), small.isEjected(0)]).toEqual([false, false]);
  });

  it('below a fixed share eject where that is enforced', () => {
    const change = { consecutive5xx: 0, failurePercentage: { hostsMin: 2, volumeMin: 50, threshold: 40 } };
    const run = setUp(change, 3, { failure_percentage: 100, success_rate: 0 });
    for (let sent = 0; sent < 60; sent += 1) run.send(0, [sent % 5 < 2 ? 500 : 200]);
    for (let sent = 0; sent < 60; sent += 1) run.send(1, [sent % 5 < 1 ? 500 : 200]);
    run.clock.advance(10_000);
    expect([run.isEjected(0), run.isEjected(1)]).toEqual([true, false]);
  });

  it('of local failures are judged apart', () => {
    const change = { splitLocalOrigin: true, consecutiveLocalOriginFailure: 0 };
    const run = setUp(change, 6);
    run.endpoints.forEach((_, index) => {
      for (let sent = 0; sent < 100; sent += 1)
        run.send(index, [index === 0 && sent % 2 === 0 ? 'connect-failed' : 200]);
    });
    run.clock.advance(10_000);
    expect(run.isEjected(0)).toBe(true);
    expect(run.count('ejections_enforced_local_origin_success_rate')).toBe(1);
  });
});

/** Failure accrual: trips, back-off, probation. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { answered, checkedEndpoint, createMutator, failed } from '../testing/crowd.ts';
import { createFailureAccrual } from './failure-accrual.ts';

function setUp(jitter = 0) {
  const clock = createManualClock();
  const mutator = createMutator();
  const accrual = createFailureAccrual(
    { failuresMax: 3, backOffMinMs: 1_000, backOffMaxMs: 10_000, jitter },
    { clock, random: () => 0.5, change: mutator.change },
  );
  const endpoint = checkedEndpoint(1);
  accrual.update([endpoint]);
  const fail = (times: number): void => {
    for (let time = 0; time < times; time += 1) accrual.observe?.(endpoint, answered(500));
  };
  return { clock, accrual, endpoint, fail, isShut: () => mutator.said.get('1 shut') === true };
}

describe('failure accrual', () => {
  it('shuts with so many failures in a row, whatever they are', () => {
    const { accrual, endpoint, fail, isShut } = setUp();
    fail(2);
    accrual.observe?.(endpoint, answered(404));
    accrual.observe?.(endpoint, answered(200, 14));
    accrual.observe?.(endpoint, failed('timeout'));
    expect(isShut()).toBe(false);
    accrual.observe?.(endpoint, answered(503));
    expect(isShut()).toBe(true);
    expect(accrual.reasonOf(endpoint)).toBe('failure accrual: shut after 3 failures in a row, back-off 1');
  });

  it('lets one request through after the back-off, whose answer decides', () => {
    const { clock, accrual, endpoint, fail, isShut } = setUp();
    fail(3);
    clock.advance(999);
    expect(isShut()).toBe(true);
    clock.advance(1);
    expect(isShut()).toBe(false);
    accrual.picked?.(endpoint);
    expect(isShut()).toBe(true);
    accrual.observe?.(endpoint, answered(200));
    expect(isShut()).toBe(false);
    expect(clock.pending()).toBe(0);
  });

  it('doubles the back-off with each probe that fails, up to its maximum, and begins anew after a success', () => {
    const { clock, accrual, endpoint, fail, isShut } = setUp();
    fail(3);
    const waits: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const startMs = clock.now();
      while (isShut()) clock.advance(500);
      waits.push(clock.now() - startMs);
      accrual.picked?.(endpoint);
      fail(1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000]);
    while (isShut()) clock.advance(500);
    accrual.picked?.(endpoint);
    accrual.observe?.(endpoint, answered(200));
    fail(3);
    clock.advance(1_000);
    expect(isShut()).toBe(false);
  });

  it('adds chance to the back-off, never over the maximum', () => {
    const { clock, fail, isShut } = setUp(1);
    fail(3);
    clock.advance(1_499);
    expect(isShut()).toBe(true);
    clock.advance(1);
    expect(isShut()).toBe(false);
  });

  it('does not listen to late answers while it is shut', () => {
    const { accrual, endpoint, fail, isShut } = setUp();
    fail(3);
    accrual.observe?.(endpoint, answered(200));
    expect(isShut()).toBe(true);
  });

  it('probes again where nobody heard of the probe', () => {
    const { clock, accrual, endpoint, fail, isShut } = setUp();
    fail(3);
    clock.advance(1_000);
    accrual.picked?.(endpoint);
    clock.advance(2_000);
    expect(isShut()).toBe(false);
  });

  it('forgets endpoints that are gone', () => {
    const { clock, accrual, fail } = setUp();
    fail(3);
    accrual.update([]);
    expect(clock.pending()).toBe(0);
    expect(accrual.counters.get('failure_accrual.shut')).toBe(0);
  });
});

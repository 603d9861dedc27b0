/** Several keepers of one cluster: each has its say. */

import type { HealthSubject } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { expect, it } from 'vitest';
import { createHealth } from './create-cluster-health.ts';
import { answered, checkedEndpoint, createMutator } from './testing/crowd.ts';

it('a cluster has the keepers that it asks for, which say why with the place of the rule', () => {
  const clock = createManualClock();
  const mutator = createMutator();
  const create = createHealth({
    clock,
    random: () => 0.5,
    sender: { request: () => () => {}, connect: () => () => {} },
  });
  const subject = {
    from: { resource: 'Service/shop/payment', file: 'payment.yaml', line: 3, rule: 'failure accrual' },
    probes: [],
    outlier: undefined,
    failureAccrual: { failuresMax: 1, backOffMinMs: 1_000, backOffMaxMs: 1_000, jitter: 0 },
    change: mutator.change,
  } as unknown as HealthSubject;
  const health = create(subject);
  const endpoint = checkedEndpoint(1);
  health.update([endpoint]);
  expect(health.reasonOf(endpoint)).toBeUndefined();
  health.observe?.(endpoint, answered(500));
  expect(health.reasonOf(endpoint)).toContain('payment.yaml:3');
  expect(health.counters().get('failure_accrual.shut')).toBe(1);
  health.stop();
  expect(clock.pending()).toBe(0);
});

import { createModel, defaultMeshConfig } from '@weft/model';
import { expect, it } from 'vitest';
import { createPolicyIndex, workloadPoliciesMax } from './workload-policies.ts';

it('policies of workloads are remembered up to a bound, and selected each time beyond it', () => {
  const index = createPolicyIndex(createModel([]), defaultMeshConfig);
  for (let workload = 0; workload < workloadPoliciesMax; workload += 1) index.ofNamespace(`n${workload}`);
  expect(index.known.size).toBe(workloadPoliciesMax);
  expect(index.ofNamespace('n0')).toBe(index.ofNamespace('n0'));
  const beyond = index.of({ namespace: 'one-more', labels: { app: 'a' } });
  expect(index.of({ namespace: 'one-more', labels: { app: 'a' } })).not.toBe(beyond);
  expect(index.of({ namespace: 'one-more', labels: { app: 'a' } })).toEqual(beyond);
  expect(index.known.size).toBe(workloadPoliciesMax);
});

import { createManualClock } from '@weft/kernel';
import { createModel, defaultMeshConfig, parseDocuments } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { analysedMesh } from '../analysis/analysed-mesh.ts';
import { offlineMesh } from '../plan/offline-mesh.ts';
import { callersMax, createNetworkSight } from './network-sight.ts';

const group = (name: string): string => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: shop }
spec: { metadata: { labels: { app: ${name} } }, template: {} }
`;

const closed = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec: { podSelector: {} }
`;

/** Of a mesh whose namespace is closed to all. */
const sightOf = (workloads: number) => {
  const names = Array.from({ length: workloads }, (_, index) => group(`w${index}`));
  const { resources, violations } = parseDocuments('f.yaml', [...names, closed].join('---\n'));
  expect(violations).toEqual([]);
  const clock = createManualClock();
  const { input } = offlineMesh(createModel(resources), { mesh: defaultMeshConfig, domain: 'cluster.local', clock });
  const sight = createNetworkSight(analysedMesh(input));
  return { sight, policies: input.model.byKind('NetworkPolicy') };
};

describe('what the analysis sees of a network', () => {
  const port = { number: 8080, name: 'http' };

  it('is the same for all workloads that the same policies govern', () => {
    const { sight, policies } = sightOf(3);
    const [one, other] = sight.workloadsIn('shop').map((workload) => sight.governing(workload, 'Ingress'));
    if (one === undefined || other === undefined) throw new Error('no workloads');
    expect(one).toEqual(policies);
    expect(sight.cutCallers(one, port)).toBe(sight.cutCallers(other, port));
    expect(sight.cutCallers(one, { number: 8080, name: 'grpc' })).not.toBe(sight.cutCallers(one, port));
  });

  it(`looks at ${callersMax} callers`, () => {
    const { sight, policies } = sightOf(callersMax + 1);
    expect(sight.cutCallers(policies, port).names).toHaveLength(callersMax);
  });
});

import { expect, it } from 'vitest';
import { plannedClusters, plansPerViewMax } from './service-clusters.ts';
import { contextOf, createTestMesh, describeGrpcClient } from './testing/mesh.ts';

it('plans of a view are remembered up to a bound; clients beyond it have the same, planned anew', () => {
  const mesh = createTestMesh({
    'service.yaml': `apiVersion: v1
kind: Service
metadata: { name: order, namespace: shop }
spec: { selector: { app: order }, ports: [{ name: http, port: 8080 }] }
`,
  });
  const context = contextOf(mesh.input(), describeGrpcClient('shop'));
  const planFor = (client: number) =>
    plannedClusters({ ...context, proxy: { ...context.proxy, namespace: `n${client}` } });
  for (let client = 0; client < plansPerViewMax; client += 1) planFor(client);
  expect(planFor(0)).toBe(planFor(0));
  expect(planFor(plansPerViewMax - 1)).toBe(planFor(plansPerViewMax - 1));
  expect(planFor(plansPerViewMax)).not.toBe(planFor(plansPerViewMax));
  expect(planFor(plansPerViewMax)).toEqual(planFor(0));
});

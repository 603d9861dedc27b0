import { expect, it } from 'vitest';
import { contextOf, createTestMesh, describeGrpcClient } from '../testing/mesh.ts';
import { capturedPlan, headlessAddressesMax } from './captured-plan.ts';

it('instances of a headless service have listeners of their own up to a bound', () => {
  const entry = (index: number): string => `---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: w${index}, namespace: shop }
spec: { address: 10.1.${Math.floor(index / 250)}.${index % 250}, labels: { app: db } }
`;
  const mesh = createTestMesh({
    'service.yaml': `apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { clusterIP: None, selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
`,
    'entries.yaml': Array.from({ length: headlessAddressesMax }, (_, index) => entry(index)).join(''),
    'one-more.yaml': entry(headlessAddressesMax),
  });
  const context = contextOf(mesh.input(), { ...describeGrpcClient('shop'), type: 'sidecar', interception: 'REDIRECT' });
  const plan = capturedPlan(context);
  expect(plan).toHaveLength(headlessAddressesMax);
  expect(plan.every(({ bind, port }) => bind.startsWith('10.1.') && port === 5432)).toBe(true);
});

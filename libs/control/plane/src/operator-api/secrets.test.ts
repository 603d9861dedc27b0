import { createModel, parseDocuments } from '@weft/model';
import { expect, it } from 'vitest';
import type { MeshState } from '../mesh-state.ts';
import type { ProxyService } from '../proxy-service.ts';
import { createOperatorView } from './create-operator-view.ts';

const text = `
apiVersion: v1
kind: Secret
metadata:
  name: cert
  annotations: { kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"key":"hunter2"}}' }
type: Opaque
stringData: { key: hunter2 }
data: { tls.key: aHVudGVyMg== }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: plain }
data: { a: b }
`;

it('the operator API shows the keys of a Secret and none of its values', () => {
  const model = createModel(parseDocuments('f.yaml', text).resources);
  const view = createOperatorView({
    version: '1',
    startedAtMs: 0,
    state: { model: () => model } as unknown as MeshState,
    proxies: {} as unknown as ProxyService,
  });
  const shown = view.resources({});
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|aHVudGVyMg/);
  expect(shown.map(({ kind, spec }) => [kind, spec])).toEqual([
    ['Secret', { type: '(hidden)', data: { key: '(hidden)', 'tls.key': '(hidden)' } }],
    ['ConfigMap', { data: { a: 'b' } }],
  ]);
});

import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createModel, parseDocuments } from '@weft/model';
import { expect, it } from 'vitest';
import { createLinkerdIndex, type LinkerdIndexState } from './namespace-policies.ts';

const { resources } = parseDocuments(
  'l.yaml',
  `apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: a, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: s }
  requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: m, namespace: web }]
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: m, namespace: web }
spec: { identities: ["*"] }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`,
);

it('finds the authentications that policies name, and makes an entry anew when one of them goes', () => {
  const first = createLinkerdIndex(createModel(resources));
  expect(first.of('shop')?.authentications.meshTls('web', 'm')?.name).toBe('m');
  const without = resources.filter(({ kind }) => kind !== 'MeshTLSAuthentication');
  const second = createLinkerdIndex(createModel(without), first);
  expect(second.of('shop')?.authentications.meshTls('web', 'm')).toBeUndefined();
});

it('keeps an entry, not the model that it was made from', async () => {
  const made = (): { index: LinkerdIndexState; model: WeakRef<object> } => {
    const model = createModel(resources);
    const first = createLinkerdIndex(model);
    const index = createLinkerdIndex(createModel(resources.filter(({ kind }) => kind !== 'Namespace')), first);
    expect(index.of('shop')).toBe(first.of('shop'));
    return { index, model: new WeakRef(model) };
  };
  const { index, model } = made();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 5; turn++) {
    await setImmediate();
    collect();
  }
  expect(index.of('shop')).toBeDefined();
  expect(model.deref()).toBeUndefined();
});

import { workloadGroupText } from '@weft/model/testing';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compile.ts';
import { createTestMesh } from '../../testing/mesh.ts';
import { verdictOf } from './access.ts';
import { decodeSnapshot } from './decoded-snapshot.ts';
import { serverPorts } from './server-side.ts';

const yaml = `${workloadGroupText('order')}---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: s, namespace: shop }
spec: { podSelector: { matchLabels: { app: order } }, port: http }
---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: read, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: s }]
  rules: [{ matches: [{ path: { value: /stock }, method: GET }] }]
---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: admin, namespace: shop }
spec:
  hostnames: [admin.example]
  parentRefs: [{ group: policy.linkerd.io, kind: Server, name: s }]
  rules: [{ matches: [{ path: { type: Exact, value: /stock } }] }]
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: readers, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: HTTPRoute, name: read }
  requiredAuthenticationRefs: [{ kind: ServiceAccount, name: web }]
`;

describe('rules at routes', () => {
  const mesh = createTestMesh({ 'm.yaml': yaml });
  const proxy = mesh.proxy('order');
  const port = serverPorts(decodeSnapshot(compile(mesh.input(), proxy))).find(({ http }) => http);
  const ask = (method: string, path: string, account = 'web', authority = 'order.shop:8080') =>
    verdictOf(port?.rules ?? [], {
      method,
      path,
      headers: new Map(),
      principal: `spiffe://cluster.local/ns/shop/sa/${account}`,
      port: 21_000,
      scheme: 'http',
      authority,
      query: '',
      sourceAddress: '',
    });

  it('hold for the requests of their route', () => {
    expect(ask('GET', '/stock/1')).toEqual({ allowed: true, policy: 'linkerd-authorizationpolicy[shop/readers]' });
    expect(ask('GET', '/stock/1', 'other').allowed).toBe(false);
  });

  it('allow nothing that has no route, or that an earlier route takes', () => {
    expect(ask('PUT', '/stock/1').allowed).toBe(false);
    expect(ask('GET', '/stocks').allowed).toBe(false);
    expect(ask('GET', '/stock', 'web', 'admin.example').allowed).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { createCompiler } from './compile.ts';
import { typeUrls } from './snapshot.ts';
import { createTestMesh, type TestMesh } from './testing/mesh.ts';
import { resourceJson } from './testing/snapshot-json.ts';

const group = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: order, namespace: shop }
spec: { metadata: { labels: { app: order } }, template: { serviceAccount: order } }
`;

const pod = (annotations: string, probe = '/health'): string => `apiVersion: v1
kind: Pod
metadata: { name: order-1, namespace: shop, annotations: { ${annotations} } }
spec: { containers: [{ name: order, readinessProbe: { httpGet: { path: ${probe}, port: 21000 } } }] }
`;

const defaultPolicy = (policy: string): string => `config.linkerd.io/default-inbound-policy: ${policy}`;

const podProxy = (mesh: TestMesh) => {
  const proxy = mesh.proxy('order');
  return { ...proxy, id: 'sidecar~127.0.0.1~order-1.shop~shop.svc.cluster.local', workloadGroup: '' };
};

const inbound = (snapshot: ReturnType<ReturnType<typeof createCompiler>['compile']>): string =>
  JSON.stringify(resourceJson(snapshot, 'listener', '127.0.0.1_21003'));

describe("a model that differs in nothing but a proxy's own Pod", () => {
  it.each([
    ['an annotation', pod(''), pod(defaultPolicy('deny')), 'linkerd-default[deny]'],
    ['a probe', pod(defaultPolicy('deny')), pod(defaultPolicy('deny'), '/ready'), '/ready'],
  ])('has its listeners made anew for %s', (_what, before, after, said) => {
    const mesh = createTestMesh({ 'group.yaml': group, 'pod.yaml': before }, { keySets: new Map() });
    const proxy = podProxy(mesh);
    const compiler = createCompiler();
    const input = mesh.input();
    expect(inbound(compiler.compile(input, proxy))).not.toContain(said);
    mesh.change({ 'group.yaml': group, 'pod.yaml': after });
    expect(inbound(compiler.compile({ ...input, model: mesh.input().model }, proxy))).toContain(said);
  });
});

it('grants loopback by where the proxy is now', () => {
  const mesh = createTestMesh({ 'group.yaml': group, 'pod.yaml': pod(defaultPolicy('cluster-unauthenticated')) });
  const proxy = podProxy(mesh);
  const compiler = createCompiler();
  const input = mesh.input();
  expect(inbound(compiler.compile(input, proxy))).not.toContain('linkerd-workload[loopback]');
  const moved = compiler.compile(input, { ...proxy, address: '10.0.0.9', addresses: ['10.0.0.9'] });
  expect(inbound(moved)).toContain('linkerd-workload[loopback]');
});

it("leaves outbound listeners as they are for Linkerd's Servers, which guard inbound ones", () => {
  const server = (policy: string): string => `apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: s, namespace: shop }
spec: { podSelector: { matchLabels: { app: order } }, port: 21000, accessPolicy: ${policy} }
`;
  const mesh = createTestMesh({ 'group.yaml': group, 's.yaml': server('deny') }, { keySets: new Map() });
  const proxy = podProxy(mesh);
  const compiler = createCompiler();
  const first = compiler.compile(mesh.input(), proxy);
  const listeners = first.resources.get(typeUrls.listener)?.size ?? 0;
  expect(compiler.counts().listener).toBe(listeners);
  mesh.change({ 'group.yaml': group, 's.yaml': server('all-authenticated') });
  compiler.compile(mesh.input(), proxy);
  expect(compiler.counts().listener).toBe(listeners + proxy.ingress.length);
});

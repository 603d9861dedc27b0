import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { describe, expect, it } from 'vitest';
import { compile, createCompiler } from '../compile.ts';
import { type Snapshot, typeUrls } from '../snapshot.ts';
import { createTestMesh, describeGrpcClient } from '../testing/mesh.ts';

const base = documentsText(workloadGroupText('order'), workloadGroupText('till', { namespace: 'web' }));

const of = (apiVersion: string, kind: string, name: string, spec: string, namespace = 'shop'): string =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: ${spec}\n`;
const linkerd = (kind: string, name: string, spec: string, namespace = 'shop'): string => {
  const versions: Readonly<Record<string, string>> = { Server: 'v1beta3', HTTPRoute: 'v1beta3' };
  return of(`policy.linkerd.io/${versions[kind] ?? 'v1alpha1'}`, kind, name, spec, namespace);
};
const target = 'targetRef: { group: policy.linkerd.io, kind: Server, name: s }';
const server = (port = 'http', name = 's'): string =>
  linkerd('Server', name, `{ podSelector: { matchLabels: { app: order } }, port: ${port} }`);

const noticesOf = (yaml: string): readonly string[] => {
  const mesh = createTestMesh({ 'base.yaml': base, 'l.yaml': yaml });
  return compile(mesh.input(), mesh.proxy('order')).notices.filter((notice) => notice.startsWith('l.yaml'));
};

describe("what Linkerd's policies cannot do as written is told", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'an authentication that is missing',
      server() +
        linkerd(
          'AuthorizationPolicy',
          'a',
          `{ ${target}, requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: NetworkAuthentication, name: gone }] }`,
        ),
      'requiredAuthenticationRefs[0]: there is no NetworkAuthentication shop/gone; the policy grants nothing',
    ],
    [
      'a second Server of a port',
      server() + server('21000', 't'),
      'Server shop/t port: the port is that of Server s already; this one is not used there',
    ],
    [
      'a GRPCRoute of a Server of another protocol',
      server() +
        of(
          'gateway.networking.k8s.io/v1',
          'GRPCRoute',
          'r',
          '{ parentRefs: [{ group: policy.linkerd.io, kind: Server, name: s }], rules: [{}] }',
        ),
      'GRPCRoute shop/r parentRefs: a Server that is not of gRPC has HTTPRoutes alone; s does not use it',
    ],
    [
      'a second limit',
      server() +
        linkerd('HTTPLocalRateLimitPolicy', 'one', `{ ${target}, total: { requestsPerSecond: 1 } }`) +
        linkerd('HTTPLocalRateLimitPolicy', 'two', `{ ${target}, total: { requestsPerSecond: 2 } }`),
      'HTTPLocalRateLimitPolicy shop/two targetRef: one limits this Server already; this one is not used',
    ],
    [
      'a limit of requests at a port of bytes',
      server('grpc') + linkerd('HTTPLocalRateLimitPolicy', 'one', `{ ${target}, total: { requestsPerSecond: 1 } }`),
      'HTTPLocalRateLimitPolicy shop/one: its port carries bytes, not requests; it has no effect there',
    ],
    [
      'a rule of a TrafficTarget that names nothing',
      of(
        'access.smi-spec.io/v1alpha3',
        'TrafficTarget',
        't',
        '{ destination: { kind: ServiceAccount, name: order }, sources: [{ kind: ServiceAccount, name: a }], rules: [{ kind: HTTPRouteGroup, name: gone }] }',
      ),
      'TrafficTarget shop/t rules[0]: there is no HTTPRouteGroup shop/gone; the rule grants nothing',
    ],
  ];
  it.each(cases)('%s', (_what, yaml, notice) => {
    expect(noticesOf(yaml).some((said) => said.endsWith(notice))).toBe(true);
  });
});

it('a proxyless server is told of, since it asks nobody', () => {
  const entry = `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: calls, namespace: shop }
spec: { address: 10.1.0.9, labels: { app: calls } }
`;
  const service = serviceText('calls', { ports: '{ name: grpc, port: 9090 }' });
  const guarded = linkerd('Server', 's', '{ podSelector: {}, port: 9090 }');
  const mesh = createTestMesh({ 'base.yaml': documentsText(base, service, entry), 'l.yaml': guarded });
  const client = { ...describeGrpcClient('shop'), address: '10.1.0.9', addresses: ['10.1.0.9'], workloadName: 'calls' };
  expect(compile(mesh.input(), client).notices).toContain(
    'l.yaml:2 Server shop/s: is not asked by proxyless gRPC servers; port 9090 of calls is open',
  );
});

describe('listeners under Linkerd’s policies', () => {
  const grant = (account: string, namespace = 'shop'): string =>
    linkerd(
      'AuthorizationPolicy',
      'a',
      `{ ${target}, requiredAuthenticationRefs: [{ kind: ServiceAccount, name: ${account} }] }`,
      namespace,
    );
  const listenersOf = (snapshot: Snapshot) => [...(snapshot.resources.get(typeUrls.listener) ?? [])];

  it('are made again when a policy of their own namespace changes, and for no other', () => {
    const mesh = createTestMesh({ 'base.yaml': base, 's.yaml': server() });
    const compiler = createCompiler();
    const compiled = (group: string) => listenersOf(compiler.compile(mesh.input(), mesh.proxy(group)));
    const [order, till] = [compiled('order'), compiled('till')];
    mesh.change({ 'base.yaml': base, 's.yaml': server(), 'a.yaml': grant('web') });
    expect(compiled('order')).not.toEqual(order);
    expect(compiled('till').map(([, resource]) => resource)).toEqual(till.map(([, resource]) => resource));
    const counts = compiler.counts().listener;
    mesh.change({ 'base.yaml': base, 's.yaml': server(), 'a.yaml': grant('web'), 'b.yaml': grant('x', 'web') });
    compiled('order');
    expect(compiler.counts().listener).toBe(counts);
  });

  it('are not changed by a TrafficTarget of another namespace', () => {
    const target = (own: string): string =>
      of(
        'access.smi-spec.io/v1alpha3',
        'TrafficTarget',
        't',
        '{ destination: { kind: ServiceAccount, name: order, namespace: shop }, sources: [{ kind: ServiceAccount, name: x }] }',
        own,
      );
    const compiled = (own: string) => {
      const mesh = createTestMesh({ 'base.yaml': base, 't.yaml': target(own) });
      return listenersOf(compile(mesh.input(), mesh.proxy('order')));
    };
    const mesh = createTestMesh({ 'base.yaml': base });
    const free = listenersOf(compile(mesh.input(), mesh.proxy('order')));
    expect(compiled('web')).toEqual(free);
    expect(compiled('shop')).not.toEqual(free);
  });

  it('follow an authentication of another namespace', () => {
    const refers = linkerd(
      'AuthorizationPolicy',
      'a',
      `{ ${target}, requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: m, namespace: web }] }`,
    );
    const names = (name: string): string =>
      linkerd('MeshTLSAuthentication', 'm', `{ identityRefs: [{ kind: ServiceAccount, name: ${name} }] }`, 'web');
    const files = (name: string) => ({ 'base.yaml': base, 's.yaml': server() + refers, 'm.yaml': names(name) });
    const mesh = createTestMesh(files('till'));
    const compiler = createCompiler();
    const first = listenersOf(compiler.compile(mesh.input(), mesh.proxy('order')));
    mesh.change(files('desk'));
    const second = listenersOf(compiler.compile(mesh.input(), mesh.proxy('order')));
    expect(second).toEqual(listenersOf(compile(mesh.input(), mesh.proxy('order'))));
    expect(second).not.toEqual(first);
  });
});

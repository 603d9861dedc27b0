import type { ProxyDescription } from '@weft/control-registry';
import { describe, expect, it } from 'vitest';
import { createTestMesh, type TestMesh } from '../testing/mesh.ts';
import { createWorldFactory } from '../world.ts';
import { createScopes } from './proxy-scope.ts';

const service = (name: string, namespace: string, exportTo = ''): string => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace}${exportTo === '' ? '' : `, annotations: { networking.istio.io/exportTo: "${exportTo}" }`} }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80 }, { name: http-b, port: 8080 }] }
`;

const group = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: order, namespace: shop }
spec: { metadata: { labels: { app: order } }, template: {} }
`;

const sidecar = (name: string, namespace: string, spec: string, created = ''): string => `---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: ${name}, namespace: ${namespace}${created === '' ? '' : `, creationTimestamp: "${created}"`} }
spec: ${spec}
`;

const services = [
  service('order', 'shop'),
  service('stock', 'shop'),
  service('user', 'web'),
  service('own', 'web', '.'),
];

const proxyOf = (mesh: TestMesh): ProxyDescription => {
  const proxy = mesh.proxy('order');
  return proxy;
};

const scopeOf = (...documents: string[]) => {
  const mesh = createTestMesh({ 'mesh.yaml': [group, ...services, ...documents].join('') });
  return createWorldFactory()(mesh.input()).scope(proxyOf(mesh));
};

const names = (scope: ReturnType<typeof scopeOf>) => scope.view.services.map(({ host }) => host.split('.')[0]);

describe('what a proxy may reach', () => {
  it('is all that is exported to its namespace where no Sidecar holds', () => {
    expect(names(scopeOf())).toEqual(['order', 'stock', 'user']);
  });

  it.each<[string, string, string[]]>([
    ['its own namespace', '["./*"]', ['order', 'stock']],
    ['everything', '["*/*"]', ['order', 'stock', 'user']],
    ['nothing', '["~/*"]', []],
    ['a namespace', '["web/*"]', ['user']],
    ['a host of any namespace', '["*/user.web.svc.cluster.local"]', ['user']],
    ['a pattern of its namespace', '["./*.shop.svc.cluster.local"]', ['order', 'stock']],
    ['what is not exported to it', '["web/own.web.svc.cluster.local"]', []],
  ])('is what its Sidecar imports: %s', (_what, hosts, expected) => {
    expect(names(scopeOf(sidecar('a', 'shop', `{ egress: [{ hosts: ${hosts} }] }`)))).toEqual(expected);
  });

  it('is seen by a listener with a port only where the service has that port', () => {
    const spec =
      '{ egress: [{ port: { number: 9999, protocol: HTTP, name: a }, hosts: ["*/*"] }, { hosts: ["./*"] }] }';
    const [first, second] = scopeOf(sidecar('a', 'shop', spec)).egress;
    expect(first?.view.services).toEqual([]);
    expect(second?.view.services.length).toBe(2);
  });
});

describe('the Sidecar that holds', () => {
  const all = '{ egress: [{ hosts: ["*/*"] }] }';
  const mine = '{ workloadSelector: { labels: { app: order } }, egress: [{ hosts: ["*/*"] }] }';
  const others = '{ workloadSelector: { labels: { app: user } }, egress: [{ hosts: ["*/*"] }] }';
  it.each<[string, string[], string | undefined]>([
    [
      'the oldest that selects the workload',
      [sidecar('b', 'shop', mine, '2024-01-01T00:00:00Z'), sidecar('a', 'shop', mine, '2025-01-01T00:00:00Z')],
      'b',
    ],
    ['one that selects it before one for all', [sidecar('a', 'shop', all), sidecar('b', 'shop', mine)], 'b'],
    [
      'one for all before one of the root namespace',
      [sidecar('a', 'istio-system', all), sidecar('b', 'shop', all)],
      'b',
    ],
    [
      'that of the root namespace without selector',
      [sidecar('a', 'istio-system', all), sidecar('b', 'shop', others)],
      'a',
    ],
    ['none of another namespace', [sidecar('a', 'web', all)], undefined],
  ])('is %s', (_what, documents, expected) => {
    expect(scopeOf(...documents).sidecar?.name).toBe(expected);
  });
});

it('keeps its view while only instances, policies or other namespaces change', () => {
  const files = { 'group.yaml': group, 'services.yaml': services.join('').replace(/^---\n/, '') };
  const mesh = createTestMesh(files);
  const worldOf = createWorldFactory();
  const first = worldOf(mesh.input()).scope(proxyOf(mesh));
  mesh.registry.setHealth(proxyOf(mesh).id, false, 'down');
  expect(worldOf(mesh.input()).scope(proxyOf(mesh)).view).toBe(first.view);
  const rule =
    'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a, namespace: shop }\nspec: { host: stock }\n';
  mesh.change({ ...files, 'rule.yaml': rule });
  expect(worldOf(mesh.input()).scope(proxyOf(mesh)).view).toBe(first.view);
  mesh.change({ ...files, 'more.yaml': service('more', 'shop').replace(/^---\n/, '') });
  expect(worldOf(mesh.input()).scope(proxyOf(mesh)).view).not.toBe(first.view);
});

it('is remembered up to a bound, and made each time beyond it', () => {
  const mesh = createTestMesh({ 'mesh.yaml': [group, ...services].join('') });
  const input = mesh.input();
  const world = createWorldFactory()(input);
  const { model, mesh: config } = input;
  const { virtualServices } = world.index;
  const scopesOf = (scopesMax: number) =>
    createScopes(
      { model, mesh: config, shapes: world.shape, virtualServices, destinations: () => [] },
      new Map(),
      scopesMax,
    );
  const proxy = proxyOf(mesh);
  const elsewhere = { ...proxy, namespace: 'web' };
  const within = scopesOf(2);
  expect(within.of(proxy)).toBe(within.of(proxy));
  // Of views: what everybody sees, and what the first namespace does.
  expect(within.of(elsewhere)).toBe(within.of(elsewhere));
  expect([...within.views.keys()]).toEqual(['', 'shop']);
  const beyond = scopesOf(1);
  expect(beyond.of(proxy)).toBe(beyond.of(proxy));
  expect(beyond.of(elsewhere)).not.toBe(beyond.of(elsewhere));
  expect(beyond.of(elsewhere)).toEqual(beyond.of(elsewhere));
});

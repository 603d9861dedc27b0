import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileState } from '@weft/control-sources';
import { createManualClock } from '@weft/kernel';
import { createModel, defaultMeshConfig, parseDocuments } from '@weft/model';
import { createLogger } from '@weft/telemetry';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFakeCluster } from '../testing/fake-cluster.ts';
import { gatewayAddresses } from './gateway-addresses.ts';
import { refusedObjects } from './refused-objects.ts';
import { createRootPublisher } from './root-publisher.ts';
import { shareAuthority } from './shared-authority.ts';
import { createStatusWriter } from './status-writer.ts';
import { registerWebhook } from './webhook-registration.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
const fileStates = (...files: string[]): FileState[] =>
  files.map((file) => ({
    file,
    state: 'rejected',
    resources: 0,
    violations: [{ file, line: 1, column: 1, path: 'spec.rules', message: 'no' }],
    lastGoodAt: '',
  }));
const modelOf = (text: string) => createModel(parseDocuments('f', text).resources);

describe('the CA of a cluster', () => {
  const secrets = '/api/v1/namespaces/istio-system/secrets';
  const clock = createManualClock(1_700_000_000_000);
  const share = (cluster: ReturnType<typeof createFakeCluster>) => {
    const stateDir = mkdtempSync(join(tmpdir(), 'weft-ca-'));
    onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
    return shareAuthority({
      client: cluster.client,
      namespace: 'istio-system',
      trustDomain: 'cluster.local',
      stateDir,
      clock,
      logger,
    });
  };
  const inBase64 = (files: Record<string, string>) => ({
    data: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')])),
  });

  it('is made by the first replica, and kept in a Secret', async () => {
    const cluster = createFakeCluster();
    const folder = await share(cluster);
    const { stringData } = cluster.objects.get(`${secrets}/weft-ca`) as { stringData: Record<string, string> };
    expect(readFileSync(join(folder, 'ca-key.pem'), 'utf8').trim()).toBe(stringData['ca-key.pem']?.trim());
    expect(statSync(join(folder, 'ca-key.pem')).mode & 0o077).toBe(0);
  });

  it.each(['cacerts', 'weft-ca'])('is that of the Secret %s where there is one', async (name) => {
    const cluster = createFakeCluster();
    cluster.objects.set(`${secrets}/${name}`, inBase64({ 'ca-key.pem': 'KEY', '../x.pem': 'no', other: 'no' }));
    expect(readFileSync(join(await share(cluster), 'ca-key.pem'), 'utf8')).toBe('KEY');
  });

  it('is that of another replica which was faster', async () => {
    const cluster = createFakeCluster();
    cluster.refuse(({ method }) => {
      if (method !== 'POST') return undefined;
      cluster.objects.set(`${secrets}/weft-ca`, inBase64({ 'ca-key.pem': 'THEIRS' }));
      return 409;
    });
    expect(readFileSync(join(await share(cluster), 'ca-key.pem'), 'utf8')).toBe('THEIRS');
  });

  it('is waited for while the API server is away', async () => {
    const cluster = createFakeCluster();
    cluster.refuse(() => 503);
    const sharing = share(cluster);
    await turns();
    cluster.refuse(() => undefined);
    clock.advance(2_000);
    expect(await sharing).toContain('ca-secret');
  });

  it('that we may not read is one clear sentence', async () => {
    const cluster = createFakeCluster();
    cluster.refuse(() => 403);
    await expect(share(cluster)).rejects.toThrow(
      '--kubernetes: the API server does not let us read Secrets of istio-system',
    );
  });
});

describe('the registration of the webhook', () => {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/weft-validation';

  it('gives the roots and makes it strict, once', async () => {
    const cluster = createFakeCluster();
    cluster.objects.set(path, { webhooks: [{ name: 'a', clientConfig: {}, failurePolicy: 'Ignore' }] });
    expect(await registerWebhook(cluster.client, 'ROOT', logger)).toBe(true);
    expect(cluster.objects.get(path)?.['webhooks']).toEqual([
      { name: 'a', clientConfig: { caBundle: Buffer.from('ROOT').toString('base64') }, failurePolicy: 'Fail' },
    ]);
    expect(await registerWebhook(cluster.client, 'ROOT', logger)).toBe(true);
    expect(cluster.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('leaves a cluster without it alone, and is tried again where it cannot be written', async () => {
    const cluster = createFakeCluster();
    expect(await registerWebhook(cluster.client, 'ROOT', logger)).toBe(true);
    cluster.refuse(() => 500);
    expect(await registerWebhook(cluster.client, 'ROOT', logger)).toBe(false);
  });
});

it('the roots go into each namespace once, and anew when they change', async () => {
  const cluster = createFakeCluster();
  const publisher = createRootPublisher(cluster.client, logger);
  const namespaces = (...names: string[]) =>
    modelOf(names.map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`).join('---\n'));
  await publisher.publish(namespaces('a', 'b'), 'ONE');
  await publisher.publish(namespaces('a', 'b', 'c'), 'ONE');
  expect(cluster.requests).toHaveLength(3);
  await publisher.publish(namespaces('a'), 'TWO');
  expect(cluster.objects.get('/api/v1/namespaces/a/configmaps/istio-ca-root-cert')?.['data']).toEqual({
    'root-cert.pem': 'TWO',
  });
  cluster.refuse(() => 403);
  expect(await publisher.publish(namespaces('d'), 'TWO')).toBe(false);
});

describe('statuses', () => {
  const mesh = modelOf(`
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: istio }
spec: { controllerName: istio.io/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw, namespace: shop }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r, namespace: shop }
spec: { parentRefs: [{ name: gw }], rules: [{ backendRefs: [{ name: gone, port: 80 }] }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: p, namespace: shop }
spec: { targetRefs: [{ group: "", kind: Service, name: gone }], validation: { wellKnownCACertificates: System, hostname: a.example } }
`);
  const api = '/apis/gateway.networking.k8s.io/v1';
  const paths = [
    `${api}/gatewayclasses/istio`,
    `${api}/namespaces/shop/gateways/gw`,
    `${api}/namespaces/shop/httproutes/r`,
    `${api}/namespaces/shop/backendtlspolicies/p`,
  ];
  const bench = () => {
    const cluster = createFakeCluster();
    for (const path of paths)
      cluster.objects.set(path, { metadata: { name: 'x', generation: 4, resourceVersion: '1' } });
    const writer = createStatusWriter({
      client: cluster.client,
      logger,
      now: () => 'now',
      mesh: () => ({ ...defaultMeshConfig, ingressService: 'web' }),
      addressesOf: () => ['10.0.0.1'],
      stopped: () => false,
    });
    const writes = (): number => cluster.requests.filter(({ method }) => method === 'PATCH').length;
    return { cluster, writer, writes };
  };

  it('are written for classes, Gateways, routes and policies, each once', async () => {
    const { cluster, writer, writes } = bench();
    expect(await writer.write(mesh)).toBe(true);
    const [gatewayClass, gateway, route, policy] = paths.map((path) => cluster.objects.get(path)?.['status']);
    expect(gatewayClass).toMatchObject({ conditions: [{ type: 'Accepted', status: 'True', observedGeneration: 4 }] });
    expect(gateway).toMatchObject({ addresses: [{ value: '10.0.0.1' }], listeners: [{ name: 'http' }] });
    expect(route).toMatchObject({
      parents: [{ conditions: [{ type: 'Accepted' }, { type: 'ResolvedRefs', status: 'False' }] }],
    });
    expect(policy).toMatchObject({
      ancestors: [
        {
          ancestorRef: { kind: 'Gateway', name: 'gw' },
          controllerName: 'istio.io/gateway-controller',
          conditions: [{ type: 'Accepted', reason: 'TargetNotFound' }, { type: 'ResolvedRefs' }],
        },
      ],
    });
    expect(await writer.write(mesh)).toBe(true);
    expect(writes()).toBe(4);
  });

  it('of Ingresses of ours have the addresses of their Service, and nothing where it has none', async () => {
    const { cluster, writer, writes } = bench();
    const ingress = (name: string, className: string): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: shop }
spec: { ingressClassName: ${className}, defaultBackend: { service: { name: a, port: { number: 80 } } } }
`;
    const pathOf = (name: string): string => `/apis/networking.k8s.io/v1/namespaces/shop/ingresses/${name}`;
    const all = ['ours', 'others'].map(pathOf);
    for (const path of all) cluster.objects.set(path, { metadata: { name: 'x', resourceVersion: '1' } });
    const service = (status: string): string => `apiVersion: v1
kind: Service
metadata: { name: web, namespace: istio-system }
spec: { ports: [{ port: 80 }] }
status: ${status}
${ingress('ours', 'istio')}${ingress('others', 'nginx')}`;
    const statuses = () => all.map((path) => cluster.objects.get(path)?.['status']);
    await writer.write(modelOf(service('{}')));
    expect(writes()).toBe(0);
    const given = '{ loadBalancer: { ingress: [{ ip: 203.0.113.7 }, { hostname: lb.example.com }] } }';
    await writer.write(modelOf(service(given)));
    expect(statuses()).toEqual([
      { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, { hostname: 'lb.example.com' }] } },
      undefined,
    ]);
    await writer.write(modelOf(service('{}')));
    expect(statuses()).toEqual([{ loadBalancer: { ingress: [] } }, undefined]);
    expect(writes()).toBe(2);
  });

  it('of routes that we do not take say why, for parents of ours, until they are taken', async () => {
    const { cluster, writer, writes } = bench();
    const path = `${api}/namespaces/shop/httproutes/bad`;
    cluster.objects.set(path, {
      metadata: { name: 'bad', generation: 7 },
      spec: { parentRefs: [{ name: 'gw' }, { name: 'of-others' }] },
    });
    const refused = refusedObjects([
      ...fileStates('kubernetes/HTTPRoute/shop/bad', 'kubernetes/Service/shop/bad', 'mesh/web.yaml'),
    ]);
    expect(await writer.write(mesh, refused)).toBe(true);
    expect(cluster.objects.get(path)?.['status']).toMatchObject({
      parents: [
        {
          parentRef: { name: 'gw' },
          conditions: [
            {
              type: 'Accepted',
              status: 'False',
              reason: 'UnsupportedValue',
              message: 'spec.rules: no',
              observedGeneration: 7,
            },
          ],
        },
      ],
    });
    const before = writes();
    expect(await writer.write(mesh, refused)).toBe(true);
    expect(writes()).toBe(before);
  });

  it('are tried again after a conflict, and looked at again by another leader', async () => {
    const { cluster, writer, writes } = bench();
    cluster.refuse(({ method }) => (method === 'PATCH' ? 409 : undefined));
    expect(await writer.write(mesh)).toBe(false);
    cluster.refuse(() => undefined);
    expect(await writer.write(mesh)).toBe(true);
    expect(writes()).toBe(8);
    writer.forget();
    expect(await writer.write(mesh)).toBe(true);
    expect(writes()).toBe(8);
  });

  it('have the addresses of proxies that say which Gateway they are of', () => {
    const proxy = (type: string, address: string, gateway: string) =>
      ({ type, namespace: 'shop', address, labels: { 'gateway.networking.k8s.io/gateway-name': gateway } }) as never;
    const proxies = [
      proxy('router', '10.0.0.2', 'gw'),
      proxy('router', '10.0.0.1', 'gw'),
      proxy('router', '10.0.0.3', 'x'),
    ];
    expect(gatewayAddresses([...proxies, proxy('sidecar', '10.0.0.4', 'gw')], 'shop', 'gw')).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { typeUrls } from '../snapshot.ts';
import { createTestMesh, rootsPem, type TestMesh } from '../testing/mesh.ts';
import { resourceJson } from '../testing/snapshot-json.ts';

const group = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ingressgateway, namespace: istio-system }
spec: { metadata: { labels: { istio: ingressgateway } }, template: { serviceAccount: gateway } }
`;

const server = (port: number, credential: string, mode: string): string =>
  `    - { port: { number: ${port}, name: https-${port}, protocol: HTTPS }, hosts: ["*"], tls: { mode: ${mode}, credentialName: ${credential} } }\n`;

const gateway = (servers: string): string => `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
${servers}`;

const secret = (name: string, namespace: string, ca: boolean, pem = rootsPem): string => {
  const certificate = Buffer.from(pem).toString('base64');
  const key = Buffer.from('-----BEGIN PRIVATE KEY-----').toString('base64');
  return `---
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: ${namespace} }
type: kubernetes.io/tls
data: { tls.crt: ${certificate}, tls.key: ${key}${ca ? `, ca.crt: ${certificate}` : ''} }
`;
};

const meshOf = (...documents: string[]): TestMesh => createTestMesh({ 'web.yaml': [group, ...documents].join('') });

const snapshotOf = (mesh: TestMesh, serviceAccount = 'gateway') => {
  const proxy = mesh.proxy('ingressgateway');
  return compile(mesh.input(), { ...proxy, serviceAccount });
};

const secretsOf = (snapshot: ReturnType<typeof snapshotOf>) => [
  ...(snapshot.resources.get(typeUrls.secret)?.keys() ?? []),
];
const listenersOf = (snapshot: ReturnType<typeof snapshotOf>) => [
  ...(snapshot.resources.get(typeUrls.listener)?.keys() ?? []),
];

it('serves a gateway the Secret of its own namespace, and the CA that goes with it', () => {
  const snapshot = snapshotOf(meshOf(gateway(server(8443, 'web', 'MUTUAL')), secret('web', 'istio-system', true)));
  expect(secretsOf(snapshot)).toEqual(['ROOTCA', 'kubernetes://web', 'kubernetes://web-cacert']);
  expect(JSON.stringify(resourceJson(snapshot, 'listener', '127.0.0.1_8443'))).toContain('kubernetes://web-cacert');
});

it('takes the CA from the Secret called name-cacert first', () => {
  const other = rootsPem.replace('MIIB', 'MIIC');
  const snapshot = snapshotOf(
    meshOf(
      gateway(server(8443, 'web', 'MUTUAL')),
      secret('web', 'istio-system', true),
      secret('web-cacert', 'istio-system', true, other),
    ),
  );
  const shown = JSON.stringify(resourceJson(snapshot, 'secret', 'kubernetes://web-cacert'));
  expect(shown).toContain(Buffer.from(other).toString('base64'));
});

it.each<[string, string[], string]>([
  ['of another namespace', [secret('web', 'shop', false)], 'gateway'],
  ['that is not there', [], 'gateway'],
  ['whose certificate is none', [secret('web', 'istio-system', false, '-----BEGIN CERTIFICATE-----')], 'gateway'],
  ['where the proxy shows no identity', [secret('web', 'istio-system', false)], ''],
])('serves no Secret %s, leaves the server out and says so', (_what, documents, serviceAccount) => {
  const snapshot = snapshotOf(meshOf(gateway(server(8443, 'web', 'SIMPLE')), ...documents), serviceAccount);
  expect(secretsOf(snapshot)).toEqual(['ROOTCA']);
  expect(listenersOf(snapshot)).toEqual([]);
  expect(snapshot.notices).toContainEqual(expect.stringContaining('no usable Secret istio-system/web'));
});

it('wants a CA for clients that have to show a certificate', () => {
  const snapshot = snapshotOf(
    meshOf(
      gateway(server(8443, 'web', 'MUTUAL') + server(9443, 'web', 'SIMPLE')),
      secret('web', 'istio-system', false),
    ),
  );
  expect(listenersOf(snapshot)).toEqual(['127.0.0.1_9443']);
});

describe('a listener of the Gateway API', () => {
  const listener = `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: istio-system }
spec:
  gatewayClassName: istio
  listeners: [{ name: https, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: web, namespace: shop }] } }]
`;
  const grant = (from: string, to: string, namespace = 'shop'): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: g, namespace: ${namespace} }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: ${from} }]
  to: [{ group: "", kind: Secret, name: ${to} }]
`;
  const label = { 'gateway.networking.k8s.io/gateway-name': 'edge' };
  const asEdge = (mesh: TestMesh, differs: { readonly serviceAccount?: string; readonly namespace?: string } = {}) => {
    const proxy = mesh.proxy('ingressgateway');
    return compile(mesh.input(), { ...proxy, serviceAccount: 'gateway', labels: label, ...differs });
  };
  const web = secret('web', 'shop', false);

  it('has the certificate of another namespace where a ReferenceGrant names both', () => {
    const snapshot = asEdge(meshOf(listener, web, grant('istio-system', 'web')));
    expect(secretsOf(snapshot)).toEqual(['ROOTCA', 'kubernetes-gateway://shop/web']);
    expect(JSON.stringify(resourceJson(snapshot, 'listener', '127.0.0.1_8443'))).toContain(
      'kubernetes-gateway://shop/web',
    );
    expect(listenersOf(snapshot)).toEqual(['127.0.0.1_8443']);
  });

  it.each<[string, string[], Parameters<typeof asEdge>[1]]>([
    ['without a grant', [], {}],
    ['by a grant for another Secret', [grant('istio-system', 'other')], {}],
    ['by a grant for another namespace', [grant('web', 'web')], {}],
    ['by a grant that lies elsewhere', [grant('istio-system', 'web', 'istio-system')], {}],
    ['where the proxy shows no identity', [grant('istio-system', 'web')], { serviceAccount: '' }],
    ['where the proxy is of another namespace', [grant('istio-system', 'web')], { namespace: 'elsewhere' }],
  ])('has none %s', (_what, grants, differs) => {
    const snapshot = asEdge(meshOf(listener, web, ...grants), differs);
    expect(secretsOf(snapshot)).toEqual(['ROOTCA']);
    expect(listenersOf(snapshot)).toEqual([]);
  });

  describe('does not share what it was granted:', () => {
    const granted = [web, grant('istio-system', 'web')];
    const named = ['shop/web', 'kubernetes://shop/web', 'kubernetes-gateway://shop/web'];

    it.each(named)('an Istio Gateway that names %s has its server left out', (name) => {
      const evil = gateway(server(9443, JSON.stringify(name), 'SIMPLE')).replace(
        'name: web, namespace: istio-system',
        'name: evil, namespace: evil',
      );
      const ours = evil.replace('istio: ingressgateway', 'gateway.networking.k8s.io/gateway-name: edge');
      const snapshot = asEdge(meshOf(listener, ours, ...granted));
      expect(secretsOf(snapshot)).toEqual(['ROOTCA', 'kubernetes-gateway://shop/web']);
      expect(listenersOf(snapshot)).toEqual(['127.0.0.1_8443']);
    });

    it.each(named)('a DestinationRule that names %s has no certificate, at a sidecar and at the gateway', (name) => {
      const caller = group.replace('istio: ingressgateway', 'app: caller').replace('ingressgateway', 'caller');
      const rule = (selector: string): string => `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: out, namespace: istio-system }
spec: { hosts: [out.example], resolution: DNS, ports: [{ number: 443, name: https, protocol: HTTPS }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: out, namespace: istio-system }
spec:
  host: out.example
  workloadSelector: { matchLabels: { ${selector} } }
  trafficPolicy: { tls: { mode: MUTUAL, credentialName: ${JSON.stringify(name)} } }
`;
      const label = 'gateway.networking.k8s.io/gateway-name: edge';
      const atGateway = asEdge(meshOf(listener, rule(label), ...granted));
      expect(secretsOf(atGateway)).toEqual(['ROOTCA', 'kubernetes-gateway://shop/web']);
      const clusters = JSON.stringify(resourceJson(atGateway, 'cluster', 'outbound|443||out.example'));
      expect(clusters).toContain('"kubernetes://');
      expect(clusters).not.toContain('"kubernetes-gateway://');
      const mesh = meshOf('---\n', caller, rule('app: caller'), ...granted);
      const proxy = mesh.proxy('caller');
      expect(secretsOf(compile(mesh.input(), proxy))).toEqual(['ROOTCA']);
    });
  });
});

it('takes "kubernetes://web" for the Secret web', () => {
  const mesh = meshOf(gateway(server(8443, '"kubernetes://web"', 'SIMPLE')), secret('web', 'istio-system', false));
  expect(secretsOf(snapshotOf(mesh))).toEqual(['ROOTCA', 'kubernetes://web']);
});

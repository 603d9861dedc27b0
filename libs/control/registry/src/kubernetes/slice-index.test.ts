import { describe, expect, it } from 'vitest';
import { modelOf, service, start } from '../testing/registry-bench.ts';

const slice = (endpoints: string, more = '') => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: pay-1, namespace: shop, labels: { kubernetes.io/service-name: pay } }
addressType: IPv4
endpoints: [${endpoints}]
ports: [{ name: http, port: 8001 }, { name: dns, port: 53, protocol: UDP }]
${more}`;

const endpoint = (address: string, more = '') =>
  `{ addresses: [${address}], targetRef: { kind: Pod, name: pay-abc-x }${more} }`;

const pod = (name: string, more = '', labels = '') => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels: { app: pay, pod-template-hash: abc${labels} }
  ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: pay-abc, uid: u, controller: true }]
spec: { serviceAccountName: cashier, nodeName: n1, containers: [{ name: a }] }
status: { podIP: 10.0.0.1, phase: Running }
${more}`;

const node = `
apiVersion: v1
kind: Node
metadata: { name: n1, labels: { topology.kubernetes.io/region: eu, topology.kubernetes.io/zone: eu-a } }
`;

const pay = service('pay', '[{ name: http, port: 80, targetPort: web }]');
const meshed = ', security.istio.io/tlsMode: istio';

describe('an endpoint of an EndpointSlice', () => {
  it('becomes an instance with what its Pod and its Node say', () => {
    const { instances } = start(modelOf(pay, slice(endpoint('10.0.0.1')), pod('pay-abc-x', '', meshed), node));
    expect(instances('pay')).toEqual([
      {
        address: '10.0.0.1',
        ports: new Map([[80, 8001]]),
        labels: expect.objectContaining({ app: 'pay' }),
        healthy: true,
        weight: 1,
        locality: 'eu/eu-a',
        namespace: 'shop',
        network: '',
        spiffeId: 'spiffe://cluster.local/ns/shop/sa/cashier',
        mutualTls: true,
        workloadName: 'pay',
      },
    ]);
  });

  it('is not behind a sidecar where its Pod does not say so', () => {
    const { instances, host } = start(modelOf(pay, slice(endpoint('10.0.0.1')), pod('pay-abc-x')));
    expect(instances('pay')).toMatchObject([{ mutualTls: false, locality: '' }]);
    expect(host('pay')?.identities).toEqual(['spiffe://cluster.local/ns/shop/sa/cashier']);
  });

  it('has the locality that its Pod names itself', () => {
    const documents = [pay, slice(endpoint('10.0.0.1')), pod('pay-abc-x', '', ', istio-locality: us.b.r1'), node];
    expect(start(modelOf(...documents)).instances('pay')).toMatchObject([{ locality: 'us/b/r1' }]);
  });

  it('waits for its Pod', () => {
    const { instances } = start(modelOf(pay, slice(endpoint('10.0.0.1')), pod('another')));
    expect(instances('pay')).toEqual([]);
  });

  it.each([
    ['is not ready', ', conditions: { ready: false }', [false]],
    ['says nothing of it', '', [true]],
    ['is on its way out', ', conditions: { ready: false, serving: true, terminating: true }', []],
    ['goes though it shall be published', ', conditions: { ready: true, terminating: true }', [true]],
  ])('that %s counts so', (_what, conditions, expected) => {
    const { instances } = start(modelOf(pay, slice(endpoint('10.0.0.1', conditions)), pod('pay-abc-x')));
    expect(instances('pay').map(({ healthy }) => healthy)).toEqual(expected);
  });

  it('that is no Pod has no identity, and the zone that the slice says', () => {
    const { instances } = start(modelOf(pay, slice('{ addresses: [192.0.2.7], zone: eu-b }')));
    expect(instances('pay')).toMatchObject([{ address: '192.0.2.7', spiffeId: '', locality: '/eu-b', labels: {} }]);
  });

  it('counts once while it stands in two slices, as ready where one says so', () => {
    const second = slice(endpoint('10.0.0.1')).replace('pay-1', 'pay-2');
    const first = slice(endpoint('10.0.0.1', ', conditions: { ready: false }'));
    const { instances } = start(modelOf(pay, first, second, pod('pay-abc-x')));
    expect(instances('pay')).toMatchObject([{ healthy: true }]);
  });

  it('of a headless service, or one without a selector, counts too', () => {
    const bare = 'apiVersion: v1\nkind: Service\nmetadata: { name: pay, namespace: shop }\n';
    const { instances, host } = start(
      modelOf(`${bare}spec: { clusterIP: None, ports: [{ name: http, port: 80 }] }\n`, slice(endpoint('10.0.0.1'))),
    );
    expect(instances('pay')).toHaveLength(1);
    expect(host('pay')?.headless).toBe(true);
  });

  it('is nothing to an ExternalName', () => {
    const external =
      'apiVersion: v1\nkind: Service\nmetadata: { name: pay, namespace: shop }\nspec: { type: ExternalName, externalName: pay.example, ports: [{ name: http, port: 80 }] }\n';
    const { instances } = start(modelOf(external, slice(endpoint('10.0.0.1'))));
    expect(instances('pay').map(({ address }) => address)).toEqual(['pay.example']);
  });

  it('is the same object until something that it is made of changes', () => {
    const documents = [pay, slice(endpoint('10.0.0.1')), pod('pay-abc-x')];
    const model = modelOf(...documents);
    const { registry, instances } = start(model);
    const [before] = instances('pay');
    registry.setModel(modelOf(...documents));
    expect(instances('pay')[0]).toBe(before);
    registry.setModel(modelOf(...documents.slice(0, 2), pod('pay-abc-x', '', meshed)));
    expect(instances('pay')[0]).toMatchObject({ mutualTls: true });
  });
});

it('a ServiceEntry selects running Pods by label', () => {
  const entry = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: pay, namespace: shop }
spec:
  hosts: [pay.example]
  ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 8001 }]
  resolution: STATIC
  location: MESH_INTERNAL
  workloadSelector: { labels: { app: pay } }
`;
  const ended = pod('pay-abc-y').replace('Running', 'Succeeded').replace('10.0.0.1', '10.0.0.2');
  const { registry } = start(modelOf(entry, pod('pay-abc-x'), ended));
  expect(registry.view().services.get('pay.example')?.instances).toMatchObject([
    { address: '10.0.0.1', ports: new Map([[80, 8001]]), workloadName: 'pay' },
  ]);
});

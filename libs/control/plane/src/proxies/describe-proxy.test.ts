import { create, type JsonObject } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { createModel, parseDocuments } from '@weft/model';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { describe as describeTests, expect, it } from 'vitest';
import { describeProxy, ingressPortsMax, nodeIdLengthMax, type StreamIdentity } from './describe-proxy.ts';

const model = createModel(
  parseDocuments(
    'groups.yaml',
    `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: pay, namespace: shop }
spec:
  metadata: { labels: { app: pay, version: v2 } }
  template: { serviceAccount: pay, locality: eu/b, network: n2 }
`,
  ).resources,
);
const pay: StreamIdentity = { workload: { group: 'shop/pay', namespace: 'shop', serviceAccount: 'pay' } };
const nobody: StreamIdentity = { workload: undefined };
const ingress = { name: 'http', bind: '127.0.0.1', port: 21003, defaultEndpoint: '127.0.0.1:21000' };

const describe = (metadata: JsonObject, identity = pay, id = 'sidecar~10.0.0.1~pay-1.shop~shop.svc.cluster.local') =>
  describeProxy(create(NodeSchema, { id, metadata }), identity, model, 'cluster.local');

it('takes names from the token and labels from the group, whatever the node says', () => {
  const described = describe({
    AUTO_REGISTER_GROUP: 'pay',
    NAMESPACE: 'kube-system',
    SERVICE_ACCOUNT: 'admin',
    LABELS: { app: 'user' },
    WEFT_INGRESS: [ingress],
    WEFT_ADMIN: '127.0.0.1:15000',
  });
  expect(described).toMatchObject({
    refused: false,
    admin: '127.0.0.1:15000',
    proxy: {
      type: 'sidecar',
      namespace: 'shop',
      serviceAccount: 'pay',
      workloadName: 'pay-1',
      workloadGroup: 'shop/pay',
      labels: { app: 'pay', version: 'v2' },
      address: '10.0.0.1',
      ingress: [ingress],
    },
  });
});

it('takes addresses, locality, network and the way of interception from the node', () => {
  const node = create(NodeSchema, {
    id: 'sidecar~10.0.0.1~pay-1.shop~x',
    locality: { region: 'eu', zone: 'a' },
    metadata: { INSTANCE_IPS: '10.0.0.1, fd00::1', INTERCEPTION_MODE: 'TPROXY', NETWORK: 'n1', CLUSTER_ID: 'c1' },
  });
  expect(describeProxy(node, pay, model, 'td')).toMatchObject({
    proxy: {
      address: '10.0.0.1',
      addresses: ['10.0.0.1', 'fd00::1'],
      locality: 'eu/a',
      interception: 'TPROXY',
      network: 'n1',
      clusterId: 'c1',
    },
  });
  expect(describe({})).toMatchObject({ proxy: { interception: 'NONE', locality: '', addresses: ['10.0.0.1'] } });
  expect(describe({ AUTO_REGISTER_GROUP: 'pay' })).toMatchObject({ proxy: { locality: 'eu/b', network: 'n2' } });
});

it('tells gateways and proxyless clients from sidecars', () => {
  expect(describe({}, pay, 'router~10.0.0.1~gw.shop~x')).toMatchObject({ proxy: { type: 'router' } });
  expect(describe({ GENERATOR: 'grpc' }, nobody)).toMatchObject({ proxy: { type: 'grpc' } });
  const node = create(NodeSchema, { id: 'x', userAgentName: 'gRPC C-core linux Python' });
  expect(describeProxy(node, nobody, model, 'td')).toMatchObject({
    proxy: { type: 'grpc', namespace: 'default', serviceAccount: '', workloadGroup: '' },
  });
});

it.each<[string, JsonObject, StreamIdentity, grpc.status]>([
  ['a group without a token', { AUTO_REGISTER_GROUP: 'pay' }, nobody, grpc.status.PERMISSION_DENIED],
  ['a group of another token', { AUTO_REGISTER_GROUP: 'user' }, pay, grpc.status.PERMISSION_DENIED],
  [
    'a group that does not exist',
    { AUTO_REGISTER_GROUP: 'gone' },
    { workload: { group: 'shop/gone', namespace: 'shop', serviceAccount: 'x' } },
    grpc.status.FAILED_PRECONDITION,
  ],
  [
    'an address that is none',
    { AUTO_REGISTER_GROUP: 'pay', INSTANCE_IPS: 'pay.shop' },
    pay,
    grpc.status.INVALID_ARGUMENT,
  ],
  ['a port that is none', { WEFT_INGRESS: [{ ...ingress, port: 0 }] }, pay, grpc.status.INVALID_ARGUMENT],
  [
    'more ports than the bound',
    { WEFT_INGRESS: Array.from({ length: ingressPortsMax + 1 }, () => ingress) },
    pay,
    grpc.status.INVALID_ARGUMENT,
  ],
])('refuses %s', (_what, metadata, identity, status) => {
  expect(describe(metadata, identity)).toMatchObject({ refused: true, status });
});

it('refuses a node id longer than its bound', () => {
  expect(describe({}, pay, 'x'.repeat(nodeIdLengthMax + 1))).toMatchObject({ refused: true });
});

describeTests('a proxy in a pod', () => {
  const pods = createModel(
    parseDocuments(
      'pods.yaml',
      `
apiVersion: v1
kind: Node
metadata: { name: n1, labels: { topology.kubernetes.io/region: eu, topology.kubernetes.io/zone: a } }
---
apiVersion: v1
kind: Pod
metadata:
  name: pay-abc-x
  namespace: shop
  labels: { app: pay, pod-template-hash: abc }
  ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: pay-abc, uid: u, controller: true }]
spec: { serviceAccountName: pay, nodeName: n1, containers: [{ name: a }] }
status: { podIP: 10.0.0.1 }
`,
    ).resources,
  );
  const token = (serviceAccount: string): StreamIdentity => ({
    workload: { group: '', namespace: 'shop', serviceAccount },
  });
  const inPod = (address: string, identity: StreamIdentity) => {
    const id = `sidecar~${address}~pay-abc-x.shop~shop.svc.cluster.local`;
    return describeProxy(create(NodeSchema, { id, metadata: { LABELS: { app: 'user' } } }), identity, pods, 'td');
  };

  it('is what its Pod says, whatever it says itself', () => {
    expect(inPod('10.0.0.1', token('pay'))).toMatchObject({
      proxy: {
        namespace: 'shop',
        serviceAccount: 'pay',
        workloadName: 'pay',
        labels: { app: 'pay' },
        locality: 'eu/a',
        workloadGroup: '',
      },
    });
  });

  it('is refused with the token of another service account, and at an address that is not its own', () => {
    const refused = { refused: true, status: grpc.status.PERMISSION_DENIED };
    expect(inPod('10.0.0.1', token('user'))).toMatchObject(refused);
    expect(inPod('10.0.0.9', token('pay'))).toMatchObject(refused);
  });
});

it('has the access loggers that its node says it has', () => {
  const extension = (name: string, disabled = false) => ({ name, category: 'envoy.access_loggers', disabled });
  const node = create(NodeSchema, {
    id: 'sidecar~127.0.0.1~a.shop~shop.svc.cluster.local',
    extensions: [
      extension('envoy.access_loggers.file'),
      extension('envoy.access_loggers.tcp_grpc', true),
      extension('envoy.access_loggers.open_telemetry'),
      extension('envoy.access_loggers.http_grpc'),
    ],
  });
  const described = describeProxy(node, { workload: undefined }, createModel([]), 'cluster.local');
  expect(described).toMatchObject({
    proxy: { accessLoggers: ['envoy.access_loggers.http_grpc', 'envoy.access_loggers.open_telemetry'] },
  });
});

import { fromBinary } from '@bufbuild/protobuf';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { describe, expect, it } from 'vitest';
import { compile, createCompiler } from './compile.ts';
import type { ResourceType } from './resource-types.ts';
import { type Snapshot, typeUrls } from './snapshot.ts';
import { createTestMesh, describeGrpcClient } from './testing/mesh.ts';

const services = documentsText(
  serviceText('payment'),
  serviceText('order'),
  workloadGroupText('payment'),
  workloadGroupText('order'),
);

const rule = (weight: number): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payment, namespace: shop }
spec:
  hosts: [payment]
  http:
    - route:
        - { destination: { host: payment }, weight: ${weight} }
        - { destination: { host: order }, weight: ${100 - weight} }
`;

const names = (snapshot: Snapshot, type: ResourceType): string[] => [
  ...(snapshot.resources.get(typeUrls[type])?.keys() ?? []),
];

const versions = (snapshot: Snapshot): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typeUrls).flatMap(([type, url]) =>
      [...(snapshot.resources.get(url)?.values() ?? [])].map(({ name, version }) => [`${type} ${name}`, version]),
    ),
  );

const changed = (before: Snapshot, after: Snapshot): string[] => {
  const old = versions(before);
  return Object.entries(versions(after))
    .filter(([key, version]) => old[key] !== version)
    .map(([key]) => key);
};

const madeBetween = (before: Readonly<Record<ResourceType, number>>, after: Readonly<Record<ResourceType, number>>) =>
  Object.fromEntries(Object.entries(after).map(([type, count]) => [type, count - before[type as ResourceType]]));

describe('the compiler', () => {
  it('gives a snapshot all five types, also where a type has nothing', () => {
    const mesh = createTestMesh({ 'services.yaml': services });
    const snapshot = compile(mesh.input(), describeGrpcClient('shop'));
    expect([...snapshot.resources.keys()]).toEqual(Object.values(typeUrls));
    expect(names(snapshot, 'secret')).toEqual([]);
  });

  it('makes the same bytes from the same input, whatever the order of the files', () => {
    const one = createTestMesh({ 'a.yaml': services, 'b.yaml': rule(90) });
    const two = createTestMesh({ 'b.yaml': rule(90), 'a.yaml': services });
    const first = compile(one.input(), one.proxy('order'));
    const second = compile(two.input(), two.proxy('order'));
    expect(versions(first)).toEqual(versions(second));
  });

  it('makes the same bytes with a warm cache as with none', () => {
    const mesh = createTestMesh({ 'a.yaml': services, 'b.yaml': rule(90) });
    const compiler = createCompiler();
    compiler.compile(mesh.input(), mesh.proxy('order'));
    mesh.change({ 'a.yaml': services, 'b.yaml': rule(50) });
    const warm = compiler.compile(mesh.input(), mesh.proxy('order'));
    expect(versions(warm)).toEqual(versions(compile(mesh.input(), mesh.proxy('order'))));
  });

  it('makes nothing again when nothing changed, not even for a second proxy of the namespace', () => {
    const mesh = createTestMesh({ 'a.yaml': services });
    const compiler = createCompiler();
    const first = compiler.compile(mesh.input(), mesh.proxy('order'));
    const before = compiler.counts();
    const again = compiler.compile(mesh.input(), mesh.proxy('order'));
    expect(compiler.counts()).toEqual(before);
    expect(again.resources.get(typeUrls.route)?.get('http_proxy')).toBe(
      first.resources.get(typeUrls.route)?.get('http_proxy'),
    );
    compiler.compile(mesh.input(), mesh.proxy('payment'));
    // Its own listeners and inbound clusters; endpoints, routes and outbound clusters are shared.
    expect(madeBetween(before, compiler.counts())).toEqual({
      cluster: 2,
      endpoint: 0,
      listener: 3,
      route: 0,
      secret: 0,
    });
  });

  it('makes one endpoint resource again, and sends nothing else, when the health of one endpoint changes', () => {
    const mesh = createTestMesh({ 'a.yaml': services, 'b.yaml': rule(90) });
    const compiler = createCompiler();
    const first = compiler.compile(mesh.input(), mesh.proxy('order'));
    const before = compiler.counts();
    mesh.registry.setHealth(mesh.proxy('payment').id, false, 'down');
    const second = compiler.compile(mesh.input(), mesh.proxy('order'));
    expect(madeBetween(before, compiler.counts())).toEqual({
      cluster: 0,
      endpoint: 1,
      listener: 0,
      route: 0,
      secret: 0,
    });
    expect(changed(first, second)).toEqual(['endpoint outbound|8080||payment.shop.svc.cluster.local']);
  });

  it('makes the routes alone again when a weight changes', () => {
    const mesh = createTestMesh({ 'a.yaml': services, 'b.yaml': rule(90) });
    const compiler = createCompiler();
    compiler.compile(mesh.input(), mesh.proxy('order'));
    const before = compiler.counts();
    mesh.change({ 'a.yaml': services, 'b.yaml': rule(80) });
    compiler.compile(mesh.input(), mesh.proxy('order'));
    expect(madeBetween(before, compiler.counts())).toEqual({
      cluster: 0,
      endpoint: 0,
      listener: 0,
      route: 1,
      secret: 0,
    });
  });

  it('makes the root secret alone again when the roots change', () => {
    const mesh = createTestMesh({ 'a.yaml': services });
    const compiler = createCompiler();
    compiler.compile(mesh.input(), mesh.proxy('order'));
    const before = compiler.counts();
    compiler.compile({ ...mesh.input(), rootsPem: 'other' }, mesh.proxy('order'));
    expect(madeBetween(before, compiler.counts())).toEqual({
      cluster: 0,
      endpoint: 0,
      listener: 0,
      route: 0,
      secret: 1,
    });
  });

  it('keeps no more resources than its limit, and still compiles right', () => {
    const mesh = createTestMesh({ 'a.yaml': services, 'b.yaml': rule(90) });
    const compiler = createCompiler({ resourcesMax: 2 });
    const first = compiler.compile(mesh.input(), mesh.proxy('order'));
    const before = compiler.counts();
    const second = compiler.compile(mesh.input(), mesh.proxy('order'));
    expect(compiler.counts().cluster).toBeGreaterThan(before.cluster);
    expect(versions(second)).toEqual(versions(first));
  });

  it('drops what it keeps for one proxy alone when that is gone', () => {
    const mesh = createTestMesh({ 'a.yaml': services });
    const compiler = createCompiler();
    const proxy = mesh.proxy('order');
    compiler.compile(mesh.input(), proxy);
    const comesBack = (): ReturnType<typeof madeBetween> => {
      const before = compiler.counts();
      compiler.compile(mesh.input(), { ...proxy });
      return madeBetween(before, compiler.counts());
    };
    expect(comesBack()).toEqual({ cluster: 0, endpoint: 0, listener: 0, route: 0, secret: 0 });
    compiler.forget(proxy.id);
    expect(comesBack()).toEqual({ cluster: 2, endpoint: 0, listener: 3, route: 0, secret: 0 });
  });

  it('marks an endpoint unhealthy instead of leaving it out', () => {
    const mesh = createTestMesh({ 'a.yaml': services });
    mesh.registry.setHealth(mesh.proxy('payment').id, false, 'down');
    const snapshot = compile(mesh.input(), mesh.proxy('order'));
    const resource = snapshot.resources.get(typeUrls.endpoint)?.get('outbound|8080||payment.shop.svc.cluster.local');
    const assignment = fromBinary(ClusterLoadAssignmentSchema, resource?.bytes ?? new Uint8Array());
    expect(assignment.endpoints[0]?.lbEndpoints.map((endpoint) => endpoint.healthStatus)).toEqual([2]);
  });

  it('gives a sidecar no gateway resources, a gateway no inbound ones, and a gRPC client no secrets', () => {
    const mesh = createTestMesh({ 'a.yaml': services });
    const sidecar = compile(mesh.input(), mesh.proxy('order'));
    expect(names(sidecar, 'route')).toEqual(['http_proxy']);
    const gateway = compile(mesh.input(), { ...mesh.proxy('order'), type: 'router' });
    expect(names(gateway, 'listener')).toEqual([]);
    expect(names(gateway, 'cluster').filter((name) => name.startsWith('inbound'))).toEqual([]);
    const grpc = compile(mesh.input(), describeGrpcClient('shop'));
    expect(names(grpc, 'listener')).toEqual([
      'order.shop.svc.cluster.local:8080',
      'payment.shop.svc.cluster.local:8080',
    ]);
    expect(names(grpc, 'cluster')).not.toContain('BlackHoleCluster');
  });
});

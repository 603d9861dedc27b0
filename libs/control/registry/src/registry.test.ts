import { createManualClock } from '@weft/kernel';
import { createModel, type Model, parseDocuments } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './registry.ts';
import type { ProxyDescription } from './view.ts';
import type { RegistryLimits } from './workload-table.ts';

const service = (name: string, ports: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { app: ${name} }
  ports: ${ports}
`;

const group = (name: string, extra = ''): string => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: shop }
spec:
  metadata: { labels: { app: ${name}, version: v1 } }
  template: { serviceAccount: ${name} }
${extra}`;

const probe = '  probe: { httpGet: { path: /health/ready, port: 8080 } }\n';
const httpPorts = '[{ name: http, port: 8080, targetPort: http }]';

const modelOf = (...documents: string[]): Model => {
  const { resources, violations } = parseDocuments('mesh.yaml', documents.join('---\n'));
  expect(violations).toEqual([]);
  return createModel(resources);
};

const proxyOf = (name: string, instance = 1): ProxyDescription => ({
  id: `sidecar~127.0.0.1~${name}-${instance}.shop~shop.svc.cluster.local`,
  type: 'sidecar',
  namespace: 'shop',
  serviceAccount: name,
  workloadName: name,
  labels: { app: name },
  address: '127.0.0.1',
  ingress: [
    { name: 'http', bind: '127.0.0.1', port: 15_000 + instance, defaultEndpoint: `127.0.0.1:${8000 + instance}` },
  ],
  egressProxy: undefined,
  gatewayBind: '',
  trustDomain: 'cluster.local',
  workloadGroup: `shop/${name}`,
});

const start = (model: Model, limits: Partial<RegistryLimits> = {}) => {
  const clock = createManualClock();
  const registry = createRegistry({ model, clock, domain: 'cluster.local', trustDomain: 'cluster.local', limits });
  const host = (name: string) => registry.view().services.get(`${name}.shop.svc.cluster.local`);
  const instances = (name: string) => host(name)?.instances ?? [];
  return { clock, registry, host, instances };
};

describe('a workload that registers itself', () => {
  it('becomes an instance of the services that select its group, at its inbound port', () => {
    const { registry, instances } = start(modelOf(service('order', httpPorts), group('order')));
    registry.register(proxyOf('order'));
    expect(instances('order')).toEqual([
      {
        address: '127.0.0.1',
        ports: new Map([[8080, 15_001]]),
        labels: { app: 'order', version: 'v1' },
        healthy: true,
        weight: 1,
        locality: '',
        namespace: 'shop',
        spiffeId: 'spiffe://cluster.local/ns/shop/sa/order',
        mutualTls: true,
        workloadName: 'order',
      },
    ]);
  });

  it('is found by the port of its application where targetPort is a number', () => {
    const { registry, instances } = start(
      modelOf(
        service('order', '[{ name: http, port: 80, targetPort: 8001 }, { name: tcp, port: 81 }]'),
        group('order'),
      ),
    );
    registry.register(proxyOf('order'));
    expect(instances('order').map((instance) => [...instance.ports])).toEqual([[[80, 15_001]]]);
  });

  it('is no instance of a service none of whose ports it has', () => {
    const { registry, instances } = start(
      modelOf(service('order', '[{ name: grpc, port: 9, targetPort: grpc }]'), group('order')),
    );
    registry.register(proxyOf('order'));
    expect(instances('order')).toEqual([]);
  });

  it('stays unhealthy until its first healthy report where its group has a probe', () => {
    const { registry, instances } = start(modelOf(service('order', httpPorts), group('order', probe)));
    const proxy = proxyOf('order');
    registry.register(proxy);
    expect(instances('order')[0]?.healthy).toBe(false);
    registry.setHealth(proxy.id, true, '');
    expect(instances('order')[0]?.healthy).toBe(true);
    registry.setHealth(proxy.id, false, 'HTTP 503');
    expect(instances('order')[0]?.healthy).toBe(false);
    expect(registry.workloads()[0]?.message).toBe('HTTP 503');
  });

  it('leaves when the grace after its stream is over', () => {
    const { clock, registry, instances } = start(modelOf(service('order', httpPorts), group('order')));
    const proxy = proxyOf('order');
    registry.register(proxy);
    registry.disconnect(proxy.id);
    clock.advance(4_999);
    expect(instances('order')).toHaveLength(1);
    clock.advance(1);
    expect(instances('order')).toHaveLength(0);
    expect(registry.workloads()).toEqual([]);
  });

  it('stays without a flap, and keeps its health, when it is back within the grace', () => {
    const { clock, registry, instances } = start(modelOf(service('order', httpPorts), group('order', probe)));
    const proxy = proxyOf('order');
    registry.register(proxy);
    registry.setHealth(proxy.id, true, '');
    let changes = 0;
    registry.onChange(() => {
      changes += 1;
    });
    registry.disconnect(proxy.id);
    clock.advance(4_000);
    registry.register(proxy);
    clock.advance(60_000);
    expect(instances('order')[0]?.healthy).toBe(true);
    expect(changes).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('stays when its new stream came before the old one was seen to end', () => {
    const { clock, registry, instances } = start(modelOf(service('order', httpPorts), group('order')));
    const proxy = proxyOf('order');
    registry.register(proxy);
    registry.register(proxy);
    registry.disconnect(proxy.id);
    clock.advance(60_000);
    expect(instances('order')).toHaveLength(1);
  });

  it('is refused when the limit of workloads is reached, and taken again when one left', () => {
    const { clock, registry, instances } = start(modelOf(service('order', httpPorts), group('order')), {
      workloadsMax: 2,
    });
    registry.register(proxyOf('order', 1));
    registry.register(proxyOf('order', 2));
    expect(registry.register(proxyOf('order', 3))).toMatch(/holds 2 workloads/);
    expect(registry.register(proxyOf('order', 2))).toBeUndefined();
    registry.disconnect(proxyOf('order', 1).id);
    clock.advance(5_000);
    expect(registry.register(proxyOf('order', 3))).toBeUndefined();
    expect(instances('order').map((instance) => instance.ports.get(8080))).toEqual([15_002, 15_003]);
  });

  it('is no instance once its group is gone, and is one again when the group is back', () => {
    const whole = modelOf(service('order', httpPorts), group('order'));
    const { registry, instances } = start(whole);
    registry.register(proxyOf('order'));
    registry.setModel(modelOf(service('order', httpPorts)));
    expect(instances('order')).toHaveLength(0);
    registry.setModel(whole);
    expect(instances('order')).toHaveLength(1);
  });

  it('leaves its identity with the service, so that clients keep on asking for it', () => {
    const { clock, registry, host } = start(modelOf(service('order', httpPorts), group('order')));
    const expected = ['spiffe://cluster.local/ns/shop/sa/order'];
    expect(host('order')?.identities).toEqual(expected);
    const { identities } = host('order') ?? {};
    registry.register(proxyOf('order'));
    registry.disconnect(proxyOf('order').id);
    clock.advance(5_000);
    expect(host('order')?.identities).toBe(identities);
  });

  it('that belongs to no group is taken and is no instance', () => {
    const { registry, instances } = start(modelOf(service('order', httpPorts), group('order')));
    expect(registry.register({ ...proxyOf('order'), workloadGroup: '' })).toBeUndefined();
    expect(instances('order')).toEqual([]);
  });
});

describe('a workload that is restored after a restart', () => {
  const model = modelOf(service('order', httpPorts), group('order', probe));
  const kept = (instance: number, reported = true) => ({
    proxy: proxyOf('order', instance),
    reported,
    message: reported ? '' : 'HTTP 503',
  });

  it('is an instance in its last health before its stream is there, in one change', () => {
    const { registry, instances } = start(model);
    let changes = 0;
    registry.onChange(() => {
      changes += 1;
    });
    expect(registry.restore([kept(1), kept(2, false), { ...kept(3), reported: undefined }])).toBe(3);
    expect(instances('order').map((instance) => instance.healthy)).toEqual([true, false, false]);
    expect(registry.workloads().map(({ connected, message }) => [connected, message])).toEqual([
      [false, ''],
      [false, 'HTTP 503'],
      [false, ''],
    ]);
    expect(changes).toBe(1);
  });

  it('stays when it is back within the grace, and leaves when it is not', () => {
    const { clock, registry, instances } = start(model);
    registry.restore([kept(1), kept(2)]);
    clock.advance(14_999);
    expect(instances('order')).toHaveLength(2);
    registry.register(proxyOf('order', 1));
    clock.advance(1);
    expect(instances('order').map((instance) => instance.ports.get(8080))).toEqual([15_001]);
    expect(instances('order')[0]?.healthy).toBe(true);
    clock.advance(60_000);
    expect(instances('order')).toHaveLength(1);
  });

  it('is not taken where it has a stream already, or above the limit of workloads', () => {
    const { clock, registry, instances } = start(model, { workloadsMax: 2 });
    registry.register(proxyOf('order', 1));
    expect(registry.restore([kept(1), kept(2), kept(3)])).toBe(1);
    expect(instances('order').map((instance) => instance.healthy)).toEqual([false, true]);
    clock.advance(15_000);
    expect(instances('order').map((instance) => instance.ports.get(8080))).toEqual([15_001]);
  });

  it('comes without the health of another group that had its id', () => {
    const { registry } = start(modelOf(service('order', httpPorts), group('order', probe), group('payment', probe)));
    registry.restore([kept(1)]);
    registry.register({ ...proxyOf('order', 1), workloadGroup: 'shop/payment' });
    expect(registry.workloads().map(({ healthy }) => healthy)).toEqual([false]);
  });
});

describe('what is kept for a restart', () => {
  it('is who has a stream or is waited for, not who left, nor who is no workload', () => {
    const { registry } = start(modelOf(service('order', httpPorts), group('order', probe)));
    registry.restore([{ proxy: proxyOf('order', 1), reported: true, message: '' }]);
    registry.register(proxyOf('order', 2));
    registry.register(proxyOf('order', 3));
    registry.setHealth(proxyOf('order', 2).id, false, 'down');
    registry.disconnect(proxyOf('order', 3).id);
    registry.register({ ...proxyOf('order', 4), workloadGroup: '' });
    expect(registry.kept()).toEqual([
      { proxy: proxyOf('order', 1), reported: true, message: '' },
      { proxy: proxyOf('order', 2), reported: false, message: 'down' },
    ]);
  });

  it('is told to listeners when a workload comes, reports, loses its stream or leaves', () => {
    const { clock, registry } = start(modelOf(service('order', httpPorts), group('order')));
    let told = 0;
    const cancel = registry.onKeptChange(() => {
      told += 1;
    });
    registry.register(proxyOf('order'));
    registry.setHealth(proxyOf('order').id, true, '');
    registry.disconnect(proxyOf('order').id);
    expect(told).toBe(3);
    clock.advance(5_000);
    expect(told).toBe(4);
    cancel();
    registry.register(proxyOf('order'));
    expect(told).toBe(4);
  });
});

describe('the view', () => {
  it('keeps every object that did not change', () => {
    const text = [service('order', httpPorts), service('payment', httpPorts), group('order'), group('payment')];
    const { registry, host } = start(modelOf(...text));
    registry.register(proxyOf('order', 1));
    registry.register(proxyOf('payment', 2));
    const before = { order: host('order'), payment: host('payment') };
    registry.setHealth(proxyOf('payment', 2).id, false, 'down');
    expect(host('order')).toBe(before.order);
    expect(host('payment')).not.toBe(before.payment);
    expect(host('payment')?.ports).toBe(before.payment?.ports);
    const view = registry.view();
    registry.setModel(modelOf(...text));
    expect(registry.view()).toBe(view);
  });

  it('keeps the instances that did not change beside those that did', () => {
    const { registry, instances } = start(modelOf(service('order', httpPorts), group('order')));
    registry.register(proxyOf('order', 1));
    const [first] = instances('order');
    registry.register(proxyOf('order', 2));
    expect(instances('order')[0]).toBe(first);
    expect(instances('order')).toHaveLength(2);
  });

  it('is told to listeners at each change and at no other time', () => {
    const { registry } = start(modelOf(service('order', httpPorts), group('order')));
    let changes = 0;
    const cancel = registry.onChange(() => {
      changes += 1;
    });
    registry.register(proxyOf('order'));
    registry.setHealth(proxyOf('order').id, true, '');
    expect(changes).toBe(1);
    cancel();
    registry.setHealth(proxyOf('order').id, false, 'down');
    expect(changes).toBe(1);
  });

  it('notes a port that names no protocol', () => {
    const { registry } = start(modelOf(service('order', '[{ name: web, port: 80 }]')));
    expect(registry.view().notices).toEqual([
      'mesh.yaml:7 Service shop/order ports[0]: port 80 names no protocol and is taken as tcp',
    ]);
  });

  it('gives a host that is defined twice to the Service, and notes the other', () => {
    const entry = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: twin, namespace: shop }
spec:
  hosts: [order.shop.svc.cluster.local]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{ number: 80, name: http, protocol: HTTP }]
`;
    const { registry, host } = start(modelOf(entry, service('order', httpPorts)));
    expect(host('order')?.meshInternal).toBe(true);
    expect(registry.view().notices.join()).toMatch(
      /ServiceEntry shop\/twin .* is already defined by .* Service shop\/order/,
    );
  });
});

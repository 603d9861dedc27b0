import { describe, expect, it } from 'vitest';
import { group, httpPorts, modelOf, probe, proxyOf, service, start } from './testing/registry-bench.ts';

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
        network: '',
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
    const left: string[] = [];
    registry.onLeave((id) => left.push(id));
    registry.register(proxy);
    registry.disconnect(proxy.id);
    clock.advance(4_999);
    expect(instances('order')).toHaveLength(1);
    expect(left).toEqual([]);
    clock.advance(1);
    expect(instances('order')).toHaveLength(0);
    expect(left).toEqual([proxy.id]);
    expect(registry.workloads()).toEqual([]);
  });

  it('is healthy again without a probe when it is back after it drained, and not before its probe says so with one', () => {
    const model = modelOf(
      service('order', httpPorts),
      group('order'),
      service('user', httpPorts),
      group('user', probe),
    );
    const { registry, instances } = start(model);
    for (const name of ['order', 'user']) {
      const proxy = proxyOf(name);
      registry.register(proxy);
      registry.setHealth(proxy.id, false, 'draining');
      registry.disconnect(proxy.id);
      registry.register(proxy);
    }
    expect([...instances('order'), ...instances('user')].map(({ healthy }) => healthy)).toEqual([true, false]);
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
    registry.onLeave(() => {
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

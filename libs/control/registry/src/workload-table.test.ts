import { describe, expect, it } from 'vitest';
import { group, httpPorts, modelOf, probe, proxyOf, service, start } from './testing/registry-bench.ts';

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

/** The suite that every implementation of Discovery passes. */

import { expect, it, vi } from 'vitest';
import type { Discovery, Instance } from '../discovery.ts';

export function instance(id: string, more: Partial<Instance> = {}): Instance {
  return { id, service: 'inventory', version: 'v1', host: '127.0.0.1', ports: { http: 1000, grpc: 2000 }, ...more };
}

/** @param open makes a fresh, empty register; `stop` is called by the suite. */
export function discoveryContract(open: () => Discovery): void {
  const withRegister = async (act: (discovery: Discovery) => Promise<void>): Promise<void> => {
    const discovery = open();
    try {
      await act(discovery);
    } finally {
      await discovery.stop();
    }
  };

  it('finds what is registered, sorted, and nothing of another service', () =>
    withRegister(async (discovery) => {
      await discovery.register(instance('b'));
      await discovery.register(instance('a'));
      await discovery.register(instance('c', { service: 'payment' }));
      await discovery.register(instance('d', { service: 'inventory-archive' }));
      expect(await discovery.discover('inventory')).toEqual([instance('a'), instance('b')]);
      expect(await discovery.discover('order')).toEqual([]);
    }));

  it('does not find what is deregistered; a second deregistration does nothing', () =>
    withRegister(async (discovery) => {
      const registration = await discovery.register(instance('a'));
      await registration.deregister();
      await registration.deregister();
      expect(await discovery.discover('inventory')).toEqual([]);
    }));

  it('does not find what is unhealthy, until it is healthy again', () =>
    withRegister(async (discovery) => {
      const registration = await discovery.register(instance('a'));
      await registration.setHealthy(false);
      expect(await discovery.discover('inventory')).toEqual([]);
      await registration.setHealthy(true);
      expect(await discovery.discover('inventory')).toEqual([instance('a')]);
    }));

  it('replaces an instance that registers again', () =>
    withRegister(async (discovery) => {
      await discovery.register(instance('a'));
      await discovery.register(instance('a', { ports: { http: 3000 } }));
      expect(await discovery.discover('inventory')).toEqual([instance('a', { ports: { http: 3000 } })]);
    }));

  it('tells a watch the present at once and then each change, never the same twice', () =>
    withRegister(async (discovery) => {
      const seen: string[][] = [];
      const end = discovery.watch('inventory', (instances) => seen.push(instances.map(({ id }) => id)));
      expect(seen).toEqual([[]]);
      const registration = await discovery.register(instance('a'));
      await vi.waitFor(() => expect(seen).toEqual([[], ['a']]));
      await registration.deregister();
      await vi.waitFor(() => expect(seen).toEqual([[], ['a'], []]));
      end();
      await discovery.register(instance('b'));
      expect(seen).toHaveLength(3);
    }));

  it.each(['../etc', 'UPPER', '', 'a.b', 'a~b', '-a', 'a'.repeat(64)])('refuses the name "%s"', (name) =>
    withRegister(async (discovery) => {
      await expect(discovery.register(instance(name))).rejects.toMatchObject({ code: 'invalid_name' });
      await expect(discovery.register(instance('a', { service: name }))).rejects.toMatchObject({
        code: 'invalid_name',
      });
    }),
  );

  it('looks at no more instances than its bound', () =>
    withRegister(async (discovery) => {
      for (let number = 0; number < 70; number++) await discovery.register(instance(`i${number}`));
      expect(await discovery.discover('inventory')).toHaveLength(64);
    }));
}

/** A register within one process: for tests and for several services in one process. */

import { checkName, type Discovery, type Instance, instancesMax, onlyChanges } from '../discovery.ts';

interface Entry {
  readonly instance: Instance;
  healthy: boolean;
}

/** Its registrations live as long as the process: there is no lease. */
export function createMemoryDiscovery(): Discovery {
  const entries = new Map<string, Entry>();
  const watches = new Map<string, Set<() => void>>();

  const list = (service: string): Instance[] =>
    [...entries.values()]
      .filter((entry) => entry.healthy && entry.instance.service === service)
      .map((entry) => entry.instance)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, instancesMax);

  const tell = (service: string): void => {
    for (const refresh of watches.get(service) ?? []) refresh();
  };

  return {
    register(instance) {
      try {
        checkName(instance.service);
        checkName(instance.id);
      } catch (error) {
        return Promise.reject(error);
      }
      const key = `${instance.service}/${instance.id}`;
      const entry: Entry = { instance, healthy: true };
      entries.set(key, entry);
      tell(instance.service);
      return Promise.resolve({
        setHealthy(healthy) {
          entry.healthy = healthy;
          tell(instance.service);
          return Promise.resolve();
        },
        deregister() {
          if (entries.get(key) === entry) entries.delete(key);
          tell(instance.service);
          return Promise.resolve();
        },
      });
    },
    discover: (service) => Promise.resolve(list(service)),
    watch(service, onChange) {
      const changed = onlyChanges(onChange);
      const refresh = (): void => changed(list(service));
      const set = watches.get(service) ?? new Set();
      watches.set(service, set);
      set.add(refresh);
      refresh();
      return () => set.delete(refresh);
    },
    stop() {
      watches.clear();
      return Promise.resolve();
    },
  };
}

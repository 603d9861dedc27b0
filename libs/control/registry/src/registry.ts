/** Services, the workloads that are there and their health: the one place that changes them, and the view that everyone else reads. */

import type { Cancel, Clock } from '@weft/kernel';
import type { Model, Resource } from '@weft/model';
import { resourceKey } from '@weft/model';
import { buildView } from './build-view.ts';
import { defineServices, type ServiceDefinition } from './definition.ts';
import type { ProxyDescription, RegistryView } from './view.ts';
import { selects, type Workload, workloadOfEntry, workloadOfProxy } from './workload.ts';

export interface RegistryLimits {
  /** Self-registered workloads at one time. */
  readonly workloadsMax: number;
  /** How long a workload stays after its last stream ended. */
  readonly graceMs: number;
}

export const defaultRegistryLimits: RegistryLimits = { workloadsMax: 10_000, graceMs: 5_000 };

export interface RegistryOptions {
  readonly model: Model;
  readonly clock: Clock;
  /** "cluster.local". */
  readonly domain: string;
  readonly trustDomain: string;
  readonly limits?: Partial<RegistryLimits>;
}

export interface Registry {
  /**
   * A proxy's stream is up. Call once per stream, and `disconnect` once when that stream ends: the workload leaves when none is left for the grace.
   * A proxy without WorkloadGroup is taken and is no endpoint. Health is kept where the id is known.
   *
   * @returns nothing, or why the workload is refused (its limit is reached); then no `disconnect` is due.
   */
  register(proxy: ProxyDescription): string | undefined;
  /** Result of the workload's probe; unknown ids are ignored. */
  setHealth(proxyId: string, healthy: boolean, message: string): void;
  disconnect(proxyId: string): void;
  setModel(model: Model): void;
  view(): RegistryView;
  workloads(): readonly RegisteredWorkload[];
  /** Called after each change with the new view, synchronously. */
  onChange(listener: (view: RegistryView) => void): Cancel;
}

/** For status pages. */
export interface RegisteredWorkload {
  readonly proxy: ProxyDescription;
  /** True for one without a probe. */
  readonly healthy: boolean;
  /** Of the last unhealthy report; empty for none. */
  readonly message: string;
  readonly connected: boolean;
}

interface Entry {
  proxy: ProxyDescription;
  streams: number;
  /** Nothing until the first report. */
  reported: boolean | undefined;
  message: string;
  cancelGrace: Cancel | undefined;
}

export function createRegistry(options: RegistryOptions): Registry {
  const limits = { ...defaultRegistryLimits, ...options.limits };
  const { clock, domain, trustDomain } = options;
  const entries = new Map<string, Entry>();
  const listeners = new Set<(view: RegistryView) => void>();
  const known = new WeakMap<object, readonly ServiceDefinition[]>();
  let groups = groupsOf(options.model);
  let entryWorkloads = workloadsOfModel(options.model, trustDomain);
  let defined = defineServices(options.model, domain, known);
  let view: RegistryView = { services: new Map(), notices: [] };

  const isHealthy = (entry: Entry): boolean =>
    entry.reported ?? groups.get(entry.proxy.workloadGroup)?.spec.probe === undefined;

  /** @param changed the group whose workloads changed; all is looked up where it is absent. */
  const rebuild = (changed?: Resource<'WorkloadGroup'>): void => {
    const concerned = (namespace: string): boolean => changed === undefined || changed.namespace === namespace;
    const workloads = new Map<string, Workload[]>();
    const add = (workload: Workload): void => {
      const list = workloads.get(workload.namespace);
      if (list === undefined) workloads.set(workload.namespace, [workload]);
      else list.push(workload);
    };
    for (const workload of entryWorkloads) {
      if (concerned(workload.namespace)) add(workload);
    }
    for (const entry of entries.values()) {
      const group = groups.get(entry.proxy.workloadGroup);
      if (group === undefined || !concerned(group.namespace)) continue;
      add(workloadOfProxy(entry.proxy, group, isHealthy(entry), trustDomain));
    }
    const labels = changed?.spec.metadata?.labels ?? {};
    const touches =
      changed && ((service: ServiceDefinition) => concerned(service.namespace) && selects(service.selector, labels));
    const next = buildView({ ...defined, workloads, groups: [...groups.values()], trustDomain }, view, touches);
    if (next === view) return;
    view = next;
    for (const listener of [...listeners]) listener(view);
  };

  const rebuildFor = (proxy: ProxyDescription): void => {
    const group = groups.get(proxy.workloadGroup);
    if (group !== undefined) rebuild(group);
  };

  const remove = (id: string): void => {
    const entry = entries.get(id);
    if (entry === undefined) return;
    entries.delete(id);
    rebuildFor(entry.proxy);
  };

  rebuild();
  return {
    register(proxy) {
      const entry = entries.get(proxy.id);
      if (entry === undefined && entries.size >= limits.workloadsMax) {
        return `the registry holds ${limits.workloadsMax} workloads, which is its limit`;
      }
      if (entry === undefined) {
        entries.set(proxy.id, { proxy, streams: 1, reported: undefined, message: '', cancelGrace: undefined });
      } else {
        entry.cancelGrace?.();
        entry.cancelGrace = undefined;
        entry.streams += 1;
        const before = entry.proxy;
        entry.proxy = proxy;
        if (before.workloadGroup !== proxy.workloadGroup) rebuildFor(before);
      }
      rebuildFor(proxy);
      return undefined;
    },
    setHealth(proxyId, healthy, message) {
      const entry = entries.get(proxyId);
      if (entry === undefined) return;
      entry.reported = healthy;
      entry.message = healthy ? '' : message;
      rebuildFor(entry.proxy);
    },
    disconnect(proxyId) {
      const entry = entries.get(proxyId);
      if (entry === undefined || entry.streams === 0) return;
      entry.streams -= 1;
      if (entry.streams === 0) entry.cancelGrace = clock.after(limits.graceMs, () => remove(proxyId));
    },
    setModel(model) {
      groups = groupsOf(model);
      entryWorkloads = workloadsOfModel(model, trustDomain);
      defined = defineServices(model, domain, known);
      rebuild();
    },
    view: () => view,
    workloads: () =>
      [...entries.values()].map((entry) => ({
        proxy: entry.proxy,
        healthy: isHealthy(entry),
        message: entry.message,
        connected: entry.streams > 0,
      })),
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function groupsOf(model: Model): ReadonlyMap<string, Resource<'WorkloadGroup'>> {
  return new Map(model.byKind('WorkloadGroup').map((group) => [resourceKey(group), group]));
}

function workloadsOfModel(model: Model, trustDomain: string): Workload[] {
  return model.byKind('WorkloadEntry').map((entry) => workloadOfEntry(entry.spec, entry, trustDomain));
}

/** Services, the workloads that are there and their health: the one place that changes them, and the view that everyone else reads. */

import { type Cancel, type Clock, groupBy } from '@weft/kernel';
import { type Model, picksLabels, type Resource, resourceKey, sameOfKinds } from '@weft/model';
import { buildView, type ViewInput } from './build-view.ts';
import { defineServices, type ServiceDefinition } from './definition.ts';
import { createEntryWorkloads } from './entry-workloads.ts';
import { podsByNamespace } from './kubernetes/pod-workload.ts';
import { createSliceIndex, type SliceCache } from './kubernetes/slice-index.ts';
import { definingKinds, kubernetesKinds, type Made, touchedServices } from './model-changes.ts';
import type { ProxyDescription, RegistryView } from './view.ts';
import { type Workload, workloadOfProxy } from './workload.ts';
import {
  createWorkloadTable,
  defaultRegistryLimits,
  type KeptWorkload,
  type RegistryLimits,
  type TableEntry,
} from './workload-table.ts';

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
  /** What a restarted control plane should `restore`: workloads with a stream, and restored ones that are not back yet. */
  kept(): readonly KeptWorkload[];
  /**
   * Takes workloads of an earlier run as instances in their last health; those that have no stream after `reconnectGraceMs` leave.
   *
   * @returns how many were taken: at most `workloadsMax`, and none that is known already.
   */
  restore(workloads: readonly KeptWorkload[]): number;
  /** Called after each change with the new view, synchronously. */
  onChange(listener: (view: RegistryView) => void): Cancel;
  /** Called with the id of a proxy that left: its last stream ended, and the grace is over. */
  onLeave(listener: (proxyId: string) => void): Cancel;
  /** Called when `kept` may say something else, synchronously. */
  onKeptChange(listener: () => void): Cancel;
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

export function createRegistry(options: RegistryOptions): Registry {
  const limits = { ...defaultRegistryLimits, ...options.limits };
  const { clock, domain, trustDomain } = options;
  const keptListeners = createListeners<undefined>();
  const listeners = createListeners<RegistryView>();
  const leaveListeners = createListeners<string>();
  const known = new WeakMap<object, readonly ServiceDefinition[]>();
  let groups = groupsOf(options.model);
  const entriesOf = createEntryWorkloads(trustDomain);
  let entryWorkloads = entriesOf(options.model);
  let defined = defineServices(options.model, domain, known);
  const sliceCache: SliceCache = new WeakMap();
  let kubernetes = kubernetesOf(options.model, trustDomain, sliceCache);
  let made: Made = { model: options.model, definitions: defined.definitions, workloads: entryWorkloads };
  let view: RegistryView = { services: new Map(), notices: [] };

  const isHealthy = (entry: TableEntry): boolean =>
    entry.reported ?? groups.get(entry.proxy.workloadGroup)?.spec.probe === undefined;

  /** @param changed the group whose workloads changed; all is looked up where it is absent. */
  const rebuild = (changed?: Resource<'WorkloadGroup'>): void => {
    const labels = changed?.spec.metadata?.labels ?? {};
    const selected = ({ namespace, selector }: ServiceDefinition): boolean =>
      namespace === changed?.namespace && picksLabels(selector, labels);
    rebuildWhere(changed === undefined ? undefined : selected, changed);
  };

  /** @param touches which services are looked up again; all where it is absent. @param changed workloads of other namespaces do not count. */
  const rebuildWhere = (
    touches: ((definition: ServiceDefinition) => boolean) | undefined,
    changed?: Resource<'WorkloadGroup'>,
  ): void => {
    const concerned = (namespace: string): boolean => changed === undefined || changed.namespace === namespace;
    const present: Workload[] = [];
    for (const entry of table.all()) {
      const group = groups.get(entry.proxy.workloadGroup);
      if (group === undefined || !concerned(group.namespace)) continue;
      present.push(workloadOfProxy(entry.proxy, group, isHealthy(entry), trustDomain));
    }
    const workloads = new Map(entryWorkloads);
    for (const [namespace, list] of groupBy(present, ({ namespace }) => namespace)) {
      workloads.set(namespace, [...(entryWorkloads.get(namespace) ?? []), ...list]);
    }
    const next = buildView(
      { ...defined, ...kubernetes, workloads, groups: [...groups.values()], trustDomain },
      view,
      touches,
    );
    if (next === view) return;
    view = next;
    listeners.tell(view);
  };

  const changed = (proxy?: ProxyDescription): void => {
    const group = proxy && groups.get(proxy.workloadGroup);
    if (proxy === undefined || group !== undefined) rebuild(group);
    keptListeners.tell(undefined);
  };
  const table = createWorkloadTable(clock, limits, changed, leaveListeners.tell);

  rebuild();
  return {
    register: table.register,
    setHealth: table.setHealth,
    disconnect: table.disconnect,
    restore: table.restore,
    kept: () =>
      [...table.all()]
        .filter(({ proxy, streams, awaited }) => proxy.workloadGroup !== '' && (streams > 0 || awaited))
        .map(({ proxy, reported, message }) => ({ proxy, reported, message })),
    setModel(model) {
      const before = made;
      groups = groupsOf(model);
      entryWorkloads = entriesOf(model);
      if (!sameOfKinds(before.model, model, definingKinds)) defined = defineServices(model, domain, known);
      if (!sameOfKinds(before.model, model, kubernetesKinds)) {
        kubernetes = kubernetesOf(model, trustDomain, sliceCache);
      }
      made = { model, definitions: defined.definitions, workloads: entryWorkloads };
      rebuildWhere(touchedServices(before, made));
    },
    view: () => view,
    workloads: () =>
      [...table.all()].map((entry) => {
        const { proxy, message, streams } = entry;
        return { proxy, healthy: isHealthy(entry), message, connected: streams > 0 };
      }),
    onChange: listeners.add,
    onLeave: leaveListeners.add,
    onKeptChange: keptListeners.add,
  };
}

/** What Kubernetes knows; the pods are looked through where somebody asks for them, which few do. */
function kubernetesOf(model: Model, trustDomain: string, cache: SliceCache): Pick<ViewInput, 'slices' | 'pods'> {
  let pods: ReturnType<typeof podsByNamespace> | undefined;
  return {
    slices: createSliceIndex(model, trustDomain, cache),
    pods: () => {
      pods ??= podsByNamespace(model, trustDomain);
      return pods;
    },
  };
}

interface Listeners<T> {
  add(listener: (value: T) => void): Cancel;
  tell(value: T): void;
}

function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell(value) {
      for (const listener of [...listeners]) listener(value);
    },
  };
}

function groupsOf(model: Model): ReadonlyMap<string, Resource<'WorkloadGroup'>> {
  return new Map(model.byKind('WorkloadGroup').map((group) => [resourceKey(group), group]));
}

/** From definitions and workloads to a view, keeping every object of the last view that says the same. */

import { isDeepStrictEqual } from 'node:util';
import { picksLabels, type Resource } from '@weft/model';
import type { ServiceDefinition } from './definition.ts';
import type { SliceIndex } from './kubernetes/slice-index.ts';
import type { InstanceView, RegistryView, ServiceView } from './view.ts';
import { identityOfGroup, type Workload, workloadOfEntry } from './workload.ts';

export interface ViewInput {
  /** By key, in order of host. */
  readonly definitions: ReadonlyMap<string, ServiceDefinition>;
  /** Sorted, each once. */
  readonly notices: readonly string[];
  /** By namespace. */
  readonly workloads: ReadonlyMap<string, readonly Workload[]>;
  readonly groups: readonly Resource<'WorkloadGroup'>[];
  /** Endpoints of Services as Kubernetes knows them. */
  readonly slices: SliceIndex;
  /** Pods by namespace, for ServiceEntries that select them. */
  readonly pods: () => ReadonlyMap<string, readonly Workload[]>;
  readonly trustDomain: string;
}

/**
 * Pure. Services that `touches` says yes to (all where it is absent) are looked up again; the others are taken over from `last`.
 * Returns `last` itself when nothing differs.
 */
export function buildView(
  input: ViewInput,
  last: RegistryView,
  touches?: (definition: ServiceDefinition) => boolean,
): RegistryView {
  const services = new Map<string, ServiceView>();
  let same = last.services.size === input.definitions.size;
  for (const [key, definition] of input.definitions) {
    const before = last.services.get(key);
    const untouched = before !== undefined && touches !== undefined && !touches(definition);
    const service = untouched ? before : buildService(key, definition, input, before);
    same &&= service === before;
    services.set(key, service);
  }
  same &&= isDeepStrictEqual(input.notices, last.notices);
  return same ? last : { services, notices: input.notices };
}

function buildService(
  key: string,
  definition: ServiceDefinition,
  input: ViewInput,
  before: ServiceView | undefined,
): ServiceView {
  const found = instancesOf(definition, input);
  const instances = keepInstances(found, before?.instances ?? []);
  const service: ServiceView = {
    key,
    host: definition.host,
    name: definition.name,
    namespace: definition.namespace,
    ports: keep(definition.ports, before?.ports),
    meshInternal: definition.meshInternal,
    resolution: definition.resolution,
    exportTo: keep(definition.exportTo, before?.exportTo),
    addresses: keep(definition.addresses, before?.addresses),
    headless: definition.headless,
    subjectAltNames: keep(definition.subjectAltNames, before?.subjectAltNames),
    instances,
    identities: keep(identitiesOf(definition, instances, input), before?.identities),
    from: keep(definition.from, before?.from),
  };
  const unchanged =
    before !== undefined &&
    before.ports === service.ports &&
    before.instances === service.instances &&
    before.identities === service.identities &&
    before.from === service.from &&
    before.meshInternal === service.meshInternal &&
    before.resolution === service.resolution &&
    before.exportTo === service.exportTo &&
    before.addresses === service.addresses &&
    before.headless === service.headless &&
    before.subjectAltNames === service.subjectAltNames &&
    before.namespace === service.namespace;
  return unchanged ? before : service;
}

/** The old value where it says the same. */
function keep<T>(value: T, before: T | undefined): T {
  return before !== undefined && isDeepStrictEqual(before, value) ? before : value;
}

/** Groups count although none of their workloads is there: a client must not trust more while a service restarts. */
function identitiesOf(
  definition: ServiceDefinition,
  instances: readonly InstanceView[],
  { groups, trustDomain }: ViewInput,
): readonly string[] {
  const identities = new Set(instances.map((instance) => instance.spiffeId));
  for (const group of groups) {
    const selected =
      group.namespace === definition.namespace && picksLabels(definition.selector, group.spec.metadata?.labels ?? {});
    if (selected) identities.add(identityOfGroup(group, trustDomain));
  }
  identities.delete('');
  return [...identities].sort();
}

function instancesOf(definition: ServiceDefinition, input: ViewInput): InstanceView[] {
  const inline = definition.endpoints.map((entry) =>
    workloadOfEntry(entry, { namespace: definition.namespace, name: definition.name, labels: {} }, input.trustDomain),
  );
  const selected = (input.workloads.get(definition.namespace) ?? []).filter((workload) =>
    picksLabels(definition.selector, workload.labels),
  );
  const pods = definition.slices || Object.keys(definition.selector).length === 0 ? [] : podsOf(definition, input);
  const made = [...inline, ...selected, ...pods]
    .map((workload) => instanceOf(definition, workload))
    .filter((instance) => instance.ports.size > 0);
  return [...made, ...input.slices.instancesOf(definition)].sort(compareInstances);
}

function podsOf({ namespace, selector }: ServiceDefinition, { pods }: ViewInput): readonly Workload[] {
  return (pods().get(namespace) ?? []).filter((workload) => picksLabels(selector, workload.labels));
}

function instanceOf(definition: ServiceDefinition, workload: Workload): InstanceView {
  const ports = new Map<number, number>();
  for (const [index, port] of definition.ports.entries()) {
    const resolved = workload.resolvePort(port, definition.targets[index] ?? { target: undefined });
    if (resolved !== undefined) ports.set(port.number, resolved);
  }
  return { ...workload.base, ports };
}

/** The old array where all are equal, else a new one with the old objects of those that are. */
function keepInstances(found: readonly InstanceView[], before: readonly InstanceView[]): readonly InstanceView[] {
  const old = new Map<string, InstanceView>();
  for (const instance of before) old.set(instanceKey(instance), instance);
  const kept = found.map((instance) => {
    const known = old.get(instanceKey(instance));
    return known !== undefined && isDeepStrictEqual(known, instance) ? known : instance;
  });
  const same = kept.length === before.length && kept.every((instance, index) => instance === before[index]);
  return same ? before : kept;
}

function instanceKey(instance: InstanceView): string {
  return `${instance.address}|${[...instance.ports].join(';')}|${instance.workloadName}`;
}

function compareInstances(left: InstanceView, right: InstanceView): number {
  const a = instanceKey(left);
  const b = instanceKey(right);
  return a < b ? -1 : a > b ? 1 : 0;
}

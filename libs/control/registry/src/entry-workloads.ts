/** Workloads of WorkloadEntries, by namespace: what did not change is taken over from the model before. */

import { listDifference, type Model, type Resource, regrouped } from '@weft/model';
import { type Workload, workloadOfEntry } from './workload.ts';

/** Each namespace's in the order of the model; the same list where none of them changed. */
export type WorkloadsByNamespace = ReadonlyMap<string, readonly Workload[]>;

type Entry = Resource<'WorkloadEntry'>;

export function createEntryWorkloads(trustDomain: string): (model: Model) => WorkloadsByNamespace {
  const made = new WeakMap<Entry, Workload>();
  let entries: readonly Entry[] = [];
  let groups: ReadonlyMap<string, readonly Entry[]> = new Map();
  let workloads: WorkloadsByNamespace = new Map();
  const workloadOf = (entry: Entry): Workload => {
    const workload = made.get(entry) ?? workloadOfEntry(entry.spec, entry, trustDomain);
    made.set(entry, workload);
    return workload;
  };
  return (model) => {
    const next = model.byKind('WorkloadEntry');
    if (next === entries) return workloads;
    const grouped = regrouped(groups, entries, next, listDifference(entries, next), ({ namespace }) => namespace);
    workloads = new Map(
      [...grouped].map(([namespace, list]) => {
        const known = list === groups.get(namespace) ? workloads.get(namespace) : undefined;
        return [namespace, known ?? list.map(workloadOf)];
      }),
    );
    [entries, groups] = [next, grouped];
    return workloads;
  };
}

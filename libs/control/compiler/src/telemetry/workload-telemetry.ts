/** The Telemetries of one workload, selected once for each model and workload. */

import type { ProxyDescription } from '@weft/control-registry';
import { type MeshConfig, type Model, type Resource, selectTelemetries } from '@weft/model';

/** The mesh's, the namespace's and the workload's own, in this order, as far as there are any. */
export type WorkloadTelemetry = readonly Resource<'Telemetry'>[];

/** Workloads whose Telemetries are remembered for one model; of more they are selected each time. */
const workloadTelemetriesMax = 10_000;

export interface TelemetryIndex {
  /** Equal selections are the same object, also over models: what listeners compare. */
  of(proxy: Pick<ProxyDescription, 'namespace' | 'labels'>): WorkloadTelemetry;
}

export interface TelemetryIndexState extends TelemetryIndex {
  readonly known: ReadonlyMap<string, WorkloadTelemetry>;
}

/** @param last the index of the model before. */
export function createTelemetryIndex(
  model: Model,
  mesh: MeshConfig,
  last?: TelemetryIndexState,
  workloadsMax = workloadTelemetriesMax,
): TelemetryIndexState {
  const telemetries = model.byKind('Telemetry');
  const known = new Map<string, WorkloadTelemetry>();
  return {
    known,
    of({ namespace, labels }) {
      if (telemetries.length === 0) return none;
      const key = `${namespace}|${Object.entries(labels).sort().join('|')}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const selected = selectTelemetries(telemetries, { namespace, labels }, mesh.rootNamespace);
      const made = selected.length === 0 ? none : keep(last?.known.get(key), selected);
      if (known.size < workloadsMax) known.set(key, made);
      return made;
    },
  };
}

const none: WorkloadTelemetry = [];

function keep(before: WorkloadTelemetry | undefined, now: WorkloadTelemetry): WorkloadTelemetry {
  const same = before?.length === now.length && before.every((resource, index) => resource === now[index]);
  return same ? before : now;
}

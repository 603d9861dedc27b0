/** Which services a new model can change: the others are taken over, so that one endpoint does not cost what all services do. */

import { differing, type Kind, listDifference, type Model, picksLabels, sameOfKinds } from '@weft/model';
import { isAmong, type ServiceDefinition } from './definition.ts';
import type { WorkloadsByNamespace } from './entry-workloads.ts';
import type { Workload } from './workload.ts';

/** What the registry makes of a model, kept for the next one. */
export interface Made {
  readonly model: Model;
  readonly definitions: ReadonlyMap<string, ServiceDefinition>;
  /** Of WorkloadEntries. */
  readonly workloads: WorkloadsByNamespace;
}

export const definingKinds: readonly Kind[] = ['Service', 'ServiceEntry'];
export const kubernetesKinds: readonly Kind[] = ['EndpointSlice', 'Pod', 'Node'];

/** @returns whether a service has to be looked up again; nothing where all have. */
export function touchedServices(before: Made, after: Made): ((definition: ServiceDefinition) => boolean) | undefined {
  if (!sameOfKinds(before.model, after.model, ['WorkloadGroup'])) return undefined;
  const kubernetes = !sameOfKinds(before.model, after.model, kubernetesKinds);
  const changed = differingWorkloads(before.workloads, after.workloads);
  return (definition) =>
    !isAmong(before.definitions, definition) ||
    (kubernetes && (definition.slices || Object.keys(definition.selector).length > 0)) ||
    (changed.get(definition.namespace) ?? []).some(({ labels }) => picksLabels(definition.selector, labels));
}

/** Those that are in one of the lists only, by namespace. */
function differingWorkloads(left: WorkloadsByNamespace, right: WorkloadsByNamespace): WorkloadsByNamespace {
  const found = new Map<string, readonly Workload[]>();
  for (const namespace of new Set([...left.keys(), ...right.keys()])) {
    const [mine, others] = [left.get(namespace) ?? [], right.get(namespace) ?? []];
    if (mine === others) continue;
    const difference = listDifference(mine, others);
    const gone = new Set(differing(mine, difference));
    const come = differing(others, difference).filter((workload) => !gone.delete(workload));
    if (gone.size + come.length > 0) found.set(namespace, [...gone, ...come]);
  }
  return found;
}

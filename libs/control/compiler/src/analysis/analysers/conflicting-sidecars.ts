/** WEFT0124: two Sidecars for one workload. */

import { compareByAge, picksLabels, type Resource } from '@weft/model';
import { type AnalysedMesh, nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const conflictingSidecars: Analyser = {
  code: 'WEFT0124',
  name: 'conflicting-sidecars',
  severity: 'error',
  istio: ['IST0110', 'IST0111'],
  summary: 'Two Sidecars of a namespace have no selector, or select the same workload.',
  effect: 'One Sidecar alone holds for a workload: the oldest that selects it, else the oldest without selector.',
  remedy: 'Keep one Sidecar without selector per namespace, and selectors that do not overlap.',
  find: (mesh) => {
    const sidecars = [...mesh.model.byKind('Sidecar')].sort(compareByAge);
    return sidecars.flatMap((resource, position) => {
      const earlier = sidecars.slice(0, position).filter(({ namespace }) => namespace === resource.namespace);
      return doubtOf(mesh, resource, earlier);
    });
  },
};

function doubtOf(
  { workloads }: AnalysedMesh,
  resource: Resource<'Sidecar'>,
  earlier: readonly Resource<'Sidecar'>[],
): readonly Doubt[] {
  const labelsOf = ({ spec }: Resource<'Sidecar'>) => spec.workloadSelector?.labels ?? {};
  const own = labelsOf(resource);
  if (Object.keys(own).length === 0) {
    const other = earlier.find((one) => Object.keys(labelsOf(one)).length === 0);
    if (other === undefined) return [];
    return [{ resource, path: '', message: `${nameOf(other)} has no selector either, and is the one that holds` }];
  }
  for (const other of earlier) {
    const shared = workloads.find(
      ({ namespace, labels }) =>
        namespace === resource.namespace && picksLabels(own, labels) && picksLabels(labelsOf(other), labels),
    );
    if (shared === undefined) continue;
    return [
      {
        resource,
        path: 'spec.workloadSelector',
        message: `${nameOf(other)} selects ${shared.what} too, and holds for it`,
      },
    ];
  }
  return [];
}

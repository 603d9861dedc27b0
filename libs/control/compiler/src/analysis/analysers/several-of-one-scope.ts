/** WEFT0126: several PeerAuthentications or Telemetries of one scope, of which one counts. */

import { compareByAge, isNamespaceWide, picksLabels, type Resource } from '@weft/model';
import { type AnalysedMesh, nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const severalOfOneScope: Analyser = {
  code: 'WEFT0126',
  name: 'several-of-one-scope',
  severity: 'error',
  istio: ['IST0159', 'IST0160'],
  summary: 'Two PeerAuthentications or two Telemetries of a namespace have no selector, or select the same workload.',
  effect: 'The oldest counts alone; the others are not used.',
  remedy: 'Merge them into one.',
  find: (mesh) => [
    ...shadowed(mesh, mesh.model.byKind('PeerAuthentication')),
    ...shadowed(mesh, mesh.model.byKind('Telemetry')),
  ],
};

type Scoped = Resource<'PeerAuthentication'> | Resource<'Telemetry'>;

function shadowed({ workloads }: AnalysedMesh, resources: readonly Scoped[]): readonly Doubt[] {
  const sorted = [...resources].sort(compareByAge);
  return sorted.flatMap((resource, position) => {
    const earlier = sorted.slice(0, position).filter(({ namespace }) => namespace === resource.namespace);
    if (isNamespaceWide(resource.spec)) {
      const other = earlier.find(({ spec }) => isNamespaceWide(spec));
      return other === undefined
        ? []
        : [
            {
              resource,
              path: '',
              message: `not used: ${nameOf(other)} is for all of ${resource.namespace} too, and counts`,
            },
          ];
    }
    const own = resource.spec.selector?.matchLabels ?? {};
    const other = earlier.find((one) =>
      workloads.some(
        ({ namespace, labels }) =>
          namespace === resource.namespace &&
          picksLabels(own, labels) &&
          picksLabels(one.spec.selector?.matchLabels ?? {}, labels),
      ),
    );
    if (other === undefined) return [];
    return [
      {
        resource,
        path: 'spec.selector',
        message: `${nameOf(other)} selects a workload of this one too, and counts for it`,
      },
    ];
  });
}

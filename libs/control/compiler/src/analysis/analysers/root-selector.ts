/** WEFT0114: a selector in the root namespace where it is not heard. */

import type { Analyser } from '../analyser.ts';

export const rootSelector: Analyser = {
  code: 'WEFT0114',
  name: 'root-selector',
  severity: 'warning',
  istio: [],
  summary: 'A PeerAuthentication or a Sidecar of the root namespace has a selector.',
  effect:
    'A PeerAuthentication with a selector reaches nobody there, not even workloads of that namespace; a Sidecar with one holds for workloads of the root namespace alone, and is not the default of the mesh.',
  remedy: "Drop the selector for a rule of the whole mesh, or move the resource to the workloads' own namespace.",
  find: ({ model, mesh }) => [
    ...model
      .byKind('PeerAuthentication')
      .filter(({ spec }) => Object.keys(spec.selector?.matchLabels ?? {}).length > 0)
      .filter(({ namespace }) => namespace === mesh.rootNamespace)
      .map((resource) => ({
        resource,
        path: 'spec.selector',
        message: `a PeerAuthentication of the root namespace ${mesh.rootNamespace} with a selector holds for nobody`,
      })),
    ...model
      .byKind('Sidecar')
      .filter(({ spec }) => Object.keys(spec.workloadSelector?.labels ?? {}).length > 0)
      .filter(({ namespace }) => namespace === mesh.rootNamespace)
      .map((resource) => ({
        resource,
        path: 'spec.workloadSelector',
        message: `a Sidecar with a selector is not the default of the mesh: it holds in ${mesh.rootNamespace} alone`,
      })),
  ],
};

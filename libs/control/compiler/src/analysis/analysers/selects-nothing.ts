/** WEFT0113: a policy whose selector takes no workload. */

import { type AnyResource, type PolicyTarget, picksLabels } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const selectsNothing: Analyser = {
  code: 'WEFT0113',
  name: 'selects-nothing',
  severity: 'warning',
  istio: ['IST0127'],
  summary: 'A policy selects workloads by labels that none has, or refers to an object that is not there.',
  effect: 'It holds for nobody. What was meant to be guarded is not.',
  remedy: 'Correct the labels or the namespace: a selector takes workloads of its own namespace alone.',
  find: (mesh) => [...bySelector(mesh), ...byReference(mesh)],
};

type Labels = Readonly<Record<string, string>>;

function bySelector({ model, workloads, mesh }: AnalysedMesh): readonly Doubt[] {
  if (workloads.length === 0) return [];
  return model.resources.flatMap((resource) => {
    const selected = selectorOf(resource);
    const pairs = Object.entries(selected?.labels ?? {});
    if (selected === undefined || pairs.length === 0) return [];
    const everywhere = resource.namespace === mesh.rootNamespace && selected.rootIsEverywhere;
    const found = workloads.some(
      ({ namespace, labels }) =>
        (everywhere || namespace === resource.namespace) && picksLabels(selected.labels, labels),
    );
    if (found) return [];
    const where = everywhere ? 'no workload' : `no workload of namespace ${resource.namespace}`;
    return [
      {
        resource,
        path: selected.path,
        message: `${where} has ${pairs.map(([key, value]) => `${key}=${value}`).join(', ')}`,
      },
    ];
  });
}

interface Selected {
  readonly path: string;
  readonly labels: Labels;
  /** Of the root namespace: it reaches workloads of all. */
  readonly rootIsEverywhere: boolean;
}

function selectorOf(resource: AnyResource): Selected | undefined {
  switch (resource.kind) {
    case 'AuthorizationPolicy':
    case 'RequestAuthentication':
    case 'Telemetry':
      return { path: 'spec.selector', labels: resource.spec.selector?.matchLabels ?? {}, rootIsEverywhere: true };
    case 'PeerAuthentication':
      return { path: 'spec.selector', labels: resource.spec.selector?.matchLabels ?? {}, rootIsEverywhere: false };
    case 'Sidecar':
      return {
        path: 'spec.workloadSelector',
        labels: resource.spec.workloadSelector?.labels ?? {},
        rootIsEverywhere: false,
      };
    case 'DestinationRule':
      return {
        path: 'spec.workloadSelector',
        labels: resource.spec.workloadSelector?.matchLabels ?? {},
        rootIsEverywhere: false,
      };
    default:
      return undefined;
  }
}

function byReference({ model }: AnalysedMesh): readonly Doubt[] {
  const policies = [
    ...model.byKind('AuthorizationPolicy'),
    ...model.byKind('RequestAuthentication'),
    ...model.byKind('Telemetry'),
  ];
  return policies.flatMap((resource) => {
    const { targetRef, targetRefs = [] }: PolicyTarget = resource.spec;
    const references = [
      ...(targetRef === undefined ? [] : [['spec.targetRef', targetRef] as const]),
      ...targetRefs.map((reference, index) => [`spec.targetRefs[${index}]`, reference] as const),
    ];
    return references.flatMap(([path, { group, kind, name }]) => {
      if (group !== 'gateway.networking.k8s.io' || kind !== 'Gateway') return [];
      if (model.get('Gateway.gateway.networking.k8s.io', resource.namespace, name) !== undefined) return [];
      return [{ resource, path, message: `there is no Gateway ${resource.namespace}/${name} of the Gateway API` }];
    });
  });
}

/** Which Sidecar holds for a proxy: one alone. */

import { groupBy } from '@weft/kernel';
import { compareByAge, type Model, picksLabels, type Resource } from '@weft/model';

export type SidecarResource = Resource<'Sidecar'>;

type Labels = Readonly<Record<string, string>>;

/** Namespace → its Sidecars, oldest first. */
export type SidecarIndex = ReadonlyMap<string, readonly SidecarResource[]>;

export function indexSidecars(model: Model): SidecarIndex {
  return groupBy([...model.byKind('Sidecar')].sort(compareByAge), ({ namespace }) => namespace);
}

/**
 * Of the proxy's namespace the oldest whose selector matches, then the oldest without selector; then the root namespace's oldest without selector
 * (Istio, push_context getSidecarScope).
 */
export function selectSidecar(
  index: SidecarIndex,
  namespace: string,
  labels: Labels,
  rootNamespace: string,
): SidecarResource | undefined {
  const own = index.get(namespace) ?? [];
  return (
    own.find((sidecar) => selects(sidecar, labels)) ??
    own.find((sidecar) => !hasSelector(sidecar)) ??
    (index.get(rootNamespace) ?? []).find((sidecar) => !hasSelector(sidecar))
  );
}

function hasSelector({ spec }: SidecarResource): boolean {
  return Object.keys(spec.workloadSelector?.labels ?? {}).length > 0;
}

function selects(sidecar: SidecarResource, labels: Labels): boolean {
  return picksLabels(sidecar.spec.workloadSelector?.labels ?? {}, labels);
}

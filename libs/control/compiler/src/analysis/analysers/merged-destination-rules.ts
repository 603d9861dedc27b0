/** WEFT0120: parts of a DestinationRule that an older one of the same host has already. */

import type { Resource } from '@weft/model';
import { nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const mergedDestinationRules: Analyser = {
  code: 'WEFT0120',
  name: 'merged-destination-rules',
  severity: 'warning',
  istio: [],
  summary: 'Two DestinationRules of one namespace are for one host, and say the same part twice.',
  effect: 'They are merged: of a subset of one name the older one counts, and so does the older trafficPolicy.',
  remedy: 'Write one DestinationRule for a host.',
  find: (mesh) =>
    [...mesh.index.destinationRules.values()].flatMap((rules) =>
      rules.flatMap(({ resource, host }, position) =>
        rules
          .slice(0, position)
          .filter((earlier) => earlier.host === host && sameScope(earlier.resource, resource))
          .flatMap((earlier) => repeats(earlier.resource, resource)),
      ),
    ),
};

function sameScope(left: Resource<'DestinationRule'>, right: Resource<'DestinationRule'>): boolean {
  const scope = ({ spec }: Resource<'DestinationRule'>): string =>
    JSON.stringify([[...(spec.exportTo ?? [])].sort(), spec.workloadSelector ?? null]);
  return scope(left) === scope(right);
}

function repeats(older: Resource<'DestinationRule'>, resource: Resource<'DestinationRule'>): readonly Doubt[] {
  const found: Doubt[] = [];
  if (older.spec.trafficPolicy !== undefined && resource.spec.trafficPolicy !== undefined) {
    found.push({ resource, path: 'spec.trafficPolicy', message: `not used: that of ${nameOf(older)} counts` });
  }
  resource.spec.subsets?.forEach(({ name }, index) => {
    if (older.spec.subsets?.some((subset) => subset.name === name) !== true) return;
    found.push({
      resource,
      path: `spec.subsets[${index}]`,
      message: `not used: ${nameOf(older)} has a subset ${name}`,
    });
  });
  return found;
}

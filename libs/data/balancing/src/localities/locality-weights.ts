/** Locality weights, lowered where a locality has lost endpoints (Envoy's locality_weighted_lb_config). */

import type { Endpoint } from '@weft/data-runtime';

export interface WeightedLocality {
  readonly name: string;
  /** As EDS gives it. */
  readonly given: number;
  /** given × min(1, overprovisioning × eligible / all). */
  readonly weight: number;
  readonly endpoints: readonly Endpoint[];
}

/** Localities with a weight and an eligible endpoint. @param overprovisioningFactor percent. */
export function localitiesOf(
  eligible: readonly Endpoint[],
  all: readonly Endpoint[],
  overprovisioningFactor: number,
): readonly WeightedLocality[] {
  const counts = new Map<string, number>();
  for (const { locality } of all) counts.set(locality, (counts.get(locality) ?? 0) + 1);
  const groups = new Map<string, Endpoint[]>();
  for (const endpoint of eligible) {
    if (endpoint.localityWeight === 0) continue;
    const group = groups.get(endpoint.locality);
    if (group === undefined) groups.set(endpoint.locality, [endpoint]);
    else group.push(endpoint);
  }
  return [...groups].map(([name, endpoints]) => {
    const given = endpoints[0]!.localityWeight;
    const share = (overprovisioningFactor / 100) * (endpoints.length / (counts.get(name) ?? endpoints.length));
    return { name, given, weight: given * Math.min(1, share), endpoints };
  });
}

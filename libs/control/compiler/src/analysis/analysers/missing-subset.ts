/** WEFT0102: a destination's subset that no DestinationRule defines. */

import type { Analyser } from '../analyser.ts';
import { placedDestinations } from './destinations.ts';

export const missingSubset: Analyser = {
  code: 'WEFT0102',
  name: 'missing-subset',
  severity: 'error',
  istio: ['IST0101'],
  summary: 'A route leads to a subset that no DestinationRule of its host defines.',
  effect: 'Requests that take the route are answered with 503, since there is no such cluster.',
  remedy: "Add the subset to the host's DestinationRule, or correct its name.",
  find: (mesh) =>
    placedDestinations(mesh).flatMap(({ resource, path, destination, host }) => {
      const service = mesh.service(host);
      if (destination.subset === undefined || service === undefined) return [];
      const { subsets } = mesh.policy(host, resource.namespace, service.namespace);
      if (subsets.has(destination.subset)) return [];
      const known = [...subsets.keys()];
      const there = known.length === 0 ? 'it has none' : `there are ${known.join(', ')}`;
      return [
        {
          resource,
          path: `${path}.subset`,
          message: `no DestinationRule defines subset ${destination.subset} of ${host}; ${there}`,
        },
      ];
    }),
};

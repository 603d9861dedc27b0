/** Least request: the less busy of two endpoints chosen by chance (Envoy's LEAST_REQUEST with choice_count 2). */

import type { Balancer, Endpoint } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { healthyOf, noneHealthy } from '../healthy.ts';

/**
 * With even weights: power of two choices on `active`. With others, as Envoy: weighted round robin in which an endpoint
 * counts with weight / (active + 1), as its schedule is made anew at each pick.
 */
export function createLeastRequest(random: Random): Balancer {
  let healthy = noneHealthy;
  let deadlines = new Float64Array(0);
  let time = 0;

  const pickEven = (): Endpoint | undefined => {
    const { endpoints } = healthy;
    const { length } = endpoints;
    if (length < 2) return endpoints[0];
    const one = Math.floor(random() * length);
    let two = Math.floor(random() * (length - 1));
    if (two >= one) two += 1;
    const first = endpoints[one];
    const second = endpoints[two];
    if (first === undefined || second === undefined) return first;
    return second.active < first.active ? second : first;
  };

  /** Earliest deadline first: who is picked comes again after (active + 1) / weight. */
  const pickWeighted = (): Endpoint | undefined => {
    const { endpoints } = healthy;
    let best = 0;
    for (let index = 1; index < deadlines.length; index += 1) {
      if (deadlines[index]! < deadlines[best]!) best = index;
    }
    const endpoint = endpoints[best];
    if (endpoint === undefined) return undefined;
    time = deadlines[best]!;
    deadlines[best] = time + (endpoint.active + 1) / endpoint.weight;
    return endpoint;
  };

  return {
    update(all) {
      healthy = healthyOf(all);
      time = 0;
      // A chance start: many proxies with one list must not all begin with the same endpoint.
      deadlines = Float64Array.from(healthy.endpoints, (endpoint) => random() / endpoint.weight);
    },
    pick: () => (healthy.even ? pickEven() : pickWeighted()),
  };
}

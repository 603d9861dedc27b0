/** Round robin: one after the other; with weights the smooth kind, which spreads a heavy endpoint's turns. */

import type { Balancer, Endpoint } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { healthyOf, noneHealthy } from '../healthy.ts';

/** Begins at a chance place after each update, so that many proxies do not move in step. */
export function createRoundRobin(random: Random): Balancer {
  let healthy = noneHealthy;
  let next = 0;
  let credits = new Float64Array(0);

  const pickEven = (): Endpoint | undefined => {
    const { endpoints } = healthy;
    const endpoint = endpoints[next];
    next = next + 1 < endpoints.length ? next + 1 : 0;
    return endpoint;
  };

  /** Each turn everyone gains its weight; the richest is picked and pays the total. */
  const pickWeighted = (): Endpoint | undefined => {
    const { endpoints, total } = healthy;
    let best = 0;
    for (let index = 0; index < credits.length; index += 1) {
      credits[index]! += endpoints[index]!.weight;
      if (credits[index]! > credits[best]!) best = index;
    }
    if (credits.length > 0) credits[best]! -= total;
    return endpoints[best];
  };

  return {
    update(all) {
      healthy = healthyOf(all);
      next = Math.floor(random() * healthy.endpoints.length);
      credits = new Float64Array(healthy.endpoints.length);
    },
    pick: () => (healthy.even ? pickEven() : pickWeighted()),
  };
}

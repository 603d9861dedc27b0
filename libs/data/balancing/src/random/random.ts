/** Random: each pick by chance, in proportion to the weights. */

import type { Balancer } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { endpointAt, healthyOf, noneHealthy } from '../healthy.ts';

export function createRandomBalancer(random: Random): Balancer {
  let healthy = noneHealthy;
  return {
    update(all) {
      healthy = healthyOf(all);
    },
    pick() {
      const { endpoints, even } = healthy;
      if (endpoints.length < 2) return endpoints[0];
      if (even) return endpoints[Math.floor(random() * endpoints.length)];
      return endpointAt(healthy, random() * healthy.total);
    },
  };
}

/** What every balancer works out per update: the healthy endpoints and whether their weights differ. */

import type { Endpoint } from '@weft/data-runtime';

export interface HealthyEndpoints {
  readonly endpoints: readonly Endpoint[];
  /** True when a weighted choice equals an even one. */
  readonly even: boolean;
  /** Sums of the weights up to and with each endpoint. */
  readonly ends: Float64Array;
  readonly total: number;
}

export const noneHealthy: HealthyEndpoints = { endpoints: [], even: true, ends: new Float64Array(0), total: 0 };

export function healthyOf(all: readonly Endpoint[]): HealthyEndpoints {
  const endpoints = all.filter((endpoint) => endpoint.healthy && endpoint.weight > 0);
  const first = endpoints[0]?.weight;
  const ends = new Float64Array(endpoints.length);
  let total = 0;
  endpoints.forEach((endpoint, index) => {
    total += endpoint.weight;
    ends[index] = total;
  });
  return { endpoints, even: endpoints.every((endpoint) => endpoint.weight === first), ends, total };
}

/** The endpoint in whose share `at` lies. @param at in [0, total). Binary search: clusters may be large. */
export function endpointAt(healthy: HealthyEndpoints, at: number): Endpoint | undefined {
  const { ends } = healthy;
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at < ends[middle]!) high = middle;
    else low = middle + 1;
  }
  return healthy.endpoints[low];
}

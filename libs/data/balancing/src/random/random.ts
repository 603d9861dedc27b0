/** Random: each pick by chance, in proportion to the weights. */

import type { Endpoint } from '@weft/data-runtime';
import { isEven, type Policy, type PolicyDeps, type PolicyFamily } from '../policy.ts';

export function createRandomBalancer(_spec: object, deps: PolicyDeps): PolicyFamily {
  return { hashes: false, create: () => createPolicy(deps) };
}

function createPolicy({ random }: PolicyDeps): Policy {
  let endpoints: readonly Endpoint[] = [];
  let even = true;
  /** Sums of the weights up to and with each endpoint. */
  let ends = new Float64Array(0);

  return {
    update(all, weights) {
      endpoints = all;
      even = isEven(weights);
      let total = 0;
      ends = Float64Array.from(weights, (weight) => {
        total += weight;
        return total;
      });
    },
    pick() {
      const { length } = endpoints;
      if (length < 2) return endpoints[0];
      if (even) return endpoints[Math.floor(random() * length)];
      // Binary search: crowds may be large.
      const at = random() * ends[length - 1]!;
      let low = 0;
      let high = length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (at < ends[middle]!) high = middle;
        else low = middle + 1;
      }
      return endpoints[low];
    },
  };
}

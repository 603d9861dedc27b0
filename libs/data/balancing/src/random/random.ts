/** Random: each pick by chance, one endpoint as likely as another. */

import type { Endpoint } from '@weft/data-runtime';
import type { Policy, PolicyDeps, PolicyFamily } from '../policy.ts';

/** As Envoy's: weights of endpoints do not count. */
export function createRandomBalancer(_spec: object, deps: PolicyDeps): PolicyFamily {
  return { hashes: false, create: () => createPolicy(deps) };
}

function createPolicy({ random }: PolicyDeps): Policy {
  let endpoints: readonly Endpoint[] = [];
  return {
    update(all) {
      endpoints = all;
    },
    pick: () => endpoints[Math.floor(random() * endpoints.length)],
  };
}

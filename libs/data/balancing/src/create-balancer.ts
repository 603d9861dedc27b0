/** The table of contents: policy → balancer. */

import type { Balancer, BalancingPolicy } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { createLeastRequest } from './least-request/least-request.ts';
import { createRandomBalancer } from './random/random.ts';
import { createRoundRobin } from './round-robin/round-robin.ts';

const balancers: Readonly<Record<BalancingPolicy, (random: Random) => Balancer>> = {
  LEAST_REQUEST: createLeastRequest,
  ROUND_ROBIN: createRoundRobin,
  RANDOM: createRandomBalancer,
};

/** Pass it to `createRuntime`. */
export function createBalancer(policy: BalancingPolicy, random: Random): Balancer {
  return balancers[policy](random);
}

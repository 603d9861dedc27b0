/** What the tables need of a load balancer; data/balancing makes them, one folder each. */

import type { Random } from '@weft/kernel';
import type { Endpoint } from './tables.ts';

export type BalancingPolicy = 'LEAST_REQUEST' | 'ROUND_ROBIN' | 'RANDOM';

export interface Balancer {
  /** Takes the endpoints of an update: what `pick` needs of health and weights is worked out here. */
  update(endpoints: readonly Endpoint[]): void;
  /** A healthy endpoint; nothing when none is. Runs on each request: no allocation. */
  pick(): Endpoint | undefined;
}

export type CreateBalancer = (policy: BalancingPolicy, random: Random) => Balancer;

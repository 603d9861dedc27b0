/** What the tables need of a load balancer; data/balancing makes them, one folder each. */

import type { Clock, Random } from '@weft/kernel';
import type { AttemptOutcome, Endpoint } from './tables/cluster.ts';

/** Envoy's SlowStartConfig. */
export interface SlowStart {
  readonly windowMs: number;
  readonly aggression: number;
  /** 0.1: a tenth of its weight at the start. */
  readonly minWeight: number;
}

export type BalancingPolicy =
  | {
      readonly kind: 'least-request';
      readonly choiceCount: number;
      readonly activeRequestBias: number;
      readonly slowStart: SlowStart | undefined;
    }
  | { readonly kind: 'round-robin'; readonly slowStart: SlowStart | undefined }
  | { readonly kind: 'random' }
  | {
      readonly kind: 'ring-hash';
      readonly minimumRingSize: number;
      readonly maximumRingSize: number;
      readonly hash: 'xx-hash' | 'murmur-hash-2';
      readonly useHostname: boolean;
    }
  | { readonly kind: 'maglev'; readonly tableSize: number; readonly useHostname: boolean }
  | { readonly kind: 'peak-ewma'; readonly decayMs: number; readonly defaultRttMs: number };

/** Which endpoints of a cluster a request may go to. */
export interface SubsetSelector {
  readonly keys: readonly string[];
  readonly fallback: 'none' | 'any' | 'default' | 'not-defined';
}

export interface BalancingSpec {
  readonly policy: BalancingPolicy;
  /** 0 to 100; below that share of healthy endpoints all are used (Envoy's healthy_panic_threshold); 0: never. */
  readonly panicThreshold: number;
  readonly failTrafficOnPanic: boolean;
  /** Envoy's overprovisioning_factor in percent: 140. */
  readonly overprovisioningFactor: number;
  /** Locality weights decide (locality_weighted_lb_config); else localities are one crowd. */
  readonly localityWeighted: boolean;
  readonly subsets:
    | {
        readonly selectors: readonly SubsetSelector[];
        readonly fallback: 'none' | 'any' | 'default';
        readonly defaultSubset: Readonly<Record<string, string>>;
      }
    | undefined;
  /** Ring hash and maglev: an overloaded endpoint is passed over (hash_balance_factor in percent; 0: off). */
  readonly hashBalanceFactor: number;
}

/** What a pick may depend on; one object a request, made only where the cluster or the attempt needs it. */
export interface PickContext {
  /** 32 bits; nothing: the request has none (a chance pick). */
  readonly hash: number | undefined;
  /** Endpoints to pass over where another is to be had (retries with previous_hosts). */
  readonly avoid: readonly Endpoint[];
  /** How often to try for another one (host_selection_retry_max_attempts). */
  readonly avoidTries: number;
  /** Levels to leave out where another has endpoints (retries with previous_priorities). Ascending; absent or empty: none. */
  readonly avoidPriorities?: readonly number[];
  /** metadata_match of the route for subsets: key → value. */
  readonly subset: Readonly<Record<string, string>> | undefined;
  /** "10.0.0.1:8080" of an override host (stateful session); taken where it is healthy. */
  readonly overrideHost: string | undefined;
}

/** Picks for one cluster: priorities, panic, localities, subsets, then the policy. */
export interface Balancer {
  /** Takes the endpoints of an update, or their changed health: what `pick` needs of health and weights is worked out here. */
  update(endpoints: readonly Endpoint[]): void;
  /** Nothing: none is healthy. Runs on each request: no allocation. */
  pick(context?: PickContext): Endpoint | undefined;
  /** Where present: told of every attempt's end (peak EWMA). */
  readonly observe?: (endpoint: Endpoint, outcome: AttemptOutcome) => void;
}

export type CreateBalancer = (spec: BalancingSpec, random: Random, clock: Clock) => Balancer;

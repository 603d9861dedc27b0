/** The shape of every policy: picks one of a crowd that the layers above have chosen (priority, locality, subset). */

import type { AttemptOutcome, Endpoint, PickContext } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';

export interface Policy {
  /** @param weights of the endpoints, same order, each over 0. Both are the policy's from here on. */
  update(endpoints: readonly Endpoint[], weights: Float64Array): void;
  /** Nothing: of an empty crowd. Runs on each request: no allocation. @param attempt 0, and one more each time the pick was refused. */
  pick(context: PickContext | undefined, attempt: number): Endpoint | undefined;
}

/** The policies of one balancer: one for each crowd, with what they share. */
export interface PolicyFamily {
  /** The request's hash decides: priorities are chosen by it, too, and locality weights go into the endpoints' own. */
  readonly hashes: boolean;
  create(): Policy;
  /** Where present: told of every attempt's end. */
  readonly observe?: (endpoint: Endpoint, outcome: AttemptOutcome) => void;
}

export interface PolicyDeps {
  readonly random: Random;
  readonly clock: Clock;
}

/** True when a weighted choice equals an even one. */
export function isEven(weights: Float64Array): boolean {
  const first = weights[0];
  for (let index = 1; index < weights.length; index += 1) if (weights[index] !== first) return false;
  return true;
}

export function sum(weights: Float64Array): number {
  let total = 0;
  for (let index = 0; index < weights.length; index += 1) total += weights[index]!;
  return total;
}

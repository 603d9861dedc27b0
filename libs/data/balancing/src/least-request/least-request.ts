/** Least request: the least busy of some endpoints chosen by chance. */

import type { BalancingPolicy, Endpoint } from '@weft/data-runtime';
import { EdfSchedule } from '../edf-schedule.ts';
import { isEven, type Policy, type PolicyDeps, type PolicyFamily } from '../policy.ts';
import { slowStartEndMs, slowStartWeight } from '../slow-start.ts';

export type LeastRequestSpec = Omit<Extract<BalancingPolicy, { kind: 'least-request' }>, 'kind'>;

/**
 * With equal weights: `choiceCount` drawn by chance, the fewest active requests win (two draws are two endpoints). With others, as Envoy:
 * earliest deadline first with weight / (active + 1) ^ bias, as it is when an endpoint has had its turn.
 */
export function createLeastRequest(spec: LeastRequestSpec, deps: PolicyDeps): PolicyFamily {
  return { hashes: false, create: () => createPolicy(spec, deps) };
}

function createPolicy(spec: LeastRequestSpec, { random, clock }: PolicyDeps): Policy {
  const { choiceCount, activeRequestBias: bias, slowStart } = spec;
  let endpoints: readonly Endpoint[] = [];
  let weights = new Float64Array(0);
  /** Nothing: all are equal. */
  let schedule: EdfSchedule | undefined;
  /** Equal weights, but some start slowly up to then; 0: none does. */
  let evenAtMs = 0;

  const weightOf = (index: number): number => {
    const endpoint = endpoints[index]!;
    const busy = endpoint.active + 1;
    const weight = weights[index]! / (bias === 1 ? busy : busy ** bias);
    return slowStart === undefined ? weight : slowStartWeight(weight, endpoint, slowStart, clock.monotonic());
  };

  const pickEven = (): Endpoint | undefined => {
    const { length } = endpoints;
    if (length < 2) return endpoints[0];
    const one = Math.floor(random() * length);
    let two = Math.floor(random() * (length - 1));
    if (two >= one) two += 1;
    let best = endpoints[one]!;
    if (endpoints[two]!.active < best.active) best = endpoints[two]!;
    for (let choice = 2; choice < choiceCount; choice += 1) {
      const drawn = endpoints[Math.floor(random() * length)]!;
      if (drawn.active < best.active) best = drawn;
    }
    return best;
  };

  return {
    update(all, given) {
      endpoints = all;
      weights = Float64Array.from(given);
      const even = isEven(weights);
      const slowEndMs = slowStartEndMs(all, slowStart, clock);
      evenAtMs = even ? slowEndMs : 0;
      schedule = even && slowEndMs === 0 ? undefined : new EdfSchedule(all.length, weightOf, random);
    },
    pick() {
      if (evenAtMs !== 0 && clock.monotonic() >= evenAtMs) {
        evenAtMs = 0;
        schedule = undefined;
      }
      return schedule === undefined ? pickEven() : endpoints[schedule.next()];
    },
  };
}

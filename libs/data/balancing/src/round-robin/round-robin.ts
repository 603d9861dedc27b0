/** Round robin: one after the other; with weights earliest deadline first, which spreads a heavy endpoint's turns. */

import type { Endpoint, SlowStart } from '@weft/data-runtime';
import { EdfSchedule } from '../edf-schedule.ts';
import { isEven, type Policy, type PolicyDeps, type PolicyFamily } from '../policy.ts';
import { slowStartEndMs, slowStartWeight } from '../slow-start.ts';

/** Begins at a chance place after each update, so that many proxies do not move in step. */
export function createRoundRobin(spec: { readonly slowStart: SlowStart | undefined }, deps: PolicyDeps): PolicyFamily {
  return { hashes: false, create: () => createPolicy(spec.slowStart, deps) };
}

function createPolicy(slowStart: SlowStart | undefined, { random, clock }: PolicyDeps): Policy {
  let endpoints: readonly Endpoint[] = [];
  let weights = new Float64Array(0);
  let next = 0;
  /** Nothing: all are equal. */
  let schedule: EdfSchedule | undefined;
  /** Equal weights, but some start slowly up to then; 0: none does. */
  let evenAtMs = 0;

  const weightOf = (index: number): number => {
    const weight = weights[index]!;
    if (slowStart === undefined) return weight;
    return slowStartWeight(weight, endpoints[index]!, slowStart, clock.monotonic());
  };

  return {
    update(all, given) {
      endpoints = all;
      weights = Float64Array.from(given);
      next = Math.floor(random() * all.length);
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
      if (schedule !== undefined) return endpoints[schedule.next()];
      const endpoint = endpoints[next];
      next = next + 1 < endpoints.length ? next + 1 : 0;
      return endpoint;
    },
  };
}

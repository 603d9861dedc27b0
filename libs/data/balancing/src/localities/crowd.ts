/** The endpoints of one priority and health: one crowd, or localities that weights choose among. */

import type { Endpoint } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { EdfSchedule } from '../edf-schedule.ts';
import type { Crowd } from '../layers.ts';
import type { Policy, PolicyFamily } from '../policy.ts';
import { localitiesOf, type WeightedLocality } from './locality-weights.ts';

/** A policy that hashes gets one table over all localities; another gets one policy for each of them. */
export function createCrowd(family: PolicyFamily, random: Random): Crowd {
  const flat = family.create();
  const local = new Map<string, Policy>();
  let schedule: EdfSchedule | undefined;
  let policies: readonly Policy[] = [];

  const spread = (localities: readonly WeightedLocality[]): void => {
    for (const name of local.keys()) if (!localities.some((one) => one.name === name)) local.delete(name);
    policies = localities.map(({ name, endpoints }) => {
      const policy = local.get(name) ?? family.create();
      local.set(name, policy);
      policy.update(endpoints, weightsOf(endpoints));
      return policy;
    });
    schedule = new EdfSchedule(localities.length, (index) => localities[index]!.weight, random);
  };

  return {
    update(eligible, all, spec) {
      const localities =
        spec.localityWeighted && all !== undefined ? localitiesOf(eligible, all, spec.overprovisioningFactor) : [];
      schedule = undefined;
      // Weights of zero everywhere: as if there were none.
      if (localities.length === 0) flat.update(eligible, weightsOf(eligible));
      else if (family.hashes) flat.update(...hashedWeights(localities));
      else spread(localities);
    },
    pick(context, attempt) {
      return (schedule === undefined ? flat : policies[schedule.next()])?.pick(context, attempt);
    },
  };
}

function weightsOf(endpoints: readonly Endpoint[]): Float64Array {
  const weights = new Float64Array(endpoints.length);
  for (let index = 0; index < endpoints.length; index += 1) weights[index] = endpoints[index]!.weight;
  return weights;
}

/** As Envoy: an endpoint's share of its locality times the locality's own weight, availability left out. */
function hashedWeights(localities: readonly WeightedLocality[]): [Endpoint[], Float64Array] {
  const endpoints: Endpoint[] = [];
  const weights: number[] = [];
  for (const locality of localities) {
    const total = locality.endpoints.reduce((sum, { weight }) => sum + weight, 0);
    for (const endpoint of locality.endpoints) {
      endpoints.push(endpoint);
      weights.push((endpoint.weight / total) * locality.given);
    }
  }
  return [endpoints, Float64Array.from(weights)];
}

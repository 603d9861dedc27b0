/** Consistent hashing with bounded loads (hash_balance_factor): an overloaded endpoint is passed over. */

import type { Endpoint } from '@weft/data-runtime';
import { type Policy, type PolicyDeps, type PolicyFamily, sum } from '../policy.ts';
import { requestHash } from '../request-hash.ts';

/** @param factor percent, 100 or more: no endpoint gets more than that much of its share of what is active. */
export function createBoundedLoad(inner: PolicyFamily, factor: number, deps: PolicyDeps): PolicyFamily {
  return { hashes: true, create: () => createPolicy(inner.create(), factor, deps) };
}

function createPolicy(inner: Policy, factor: number, { random }: PolicyDeps): Policy {
  let endpoints: readonly Endpoint[] = [];
  let shares = new Float64Array(0);
  const indexes = new Map<Endpoint, number>();

  /** Active requests over the places that the endpoint may have; up to 1 it takes more. */
  const overload = (index: number, slots: number): number => {
    const own = Math.ceil(slots * shares[index]!);
    return own === 0 ? Number.POSITIVE_INFINITY : endpoints[index]!.active / own;
  };

  /** The same order for the same hash, another for another: a start and a stride through all of them. */
  const other = (hash: number, slots: number, picked: number): Endpoint | undefined => {
    const { length } = endpoints;
    const start = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
    const stride = strideFor(length, Math.imul(hash ^ (hash >>> 13), 0x297a2d39) >>> 0);
    let best = picked;
    let least = overload(picked, slots);
    for (let step = 0, at = start % length; step < length; step += 1, at = (at + stride) % length) {
      const load = overload(at, slots);
      if (load < 1) return endpoints[at];
      if (load < least) {
        least = load;
        best = at;
      }
    }
    return endpoints[best];
  };

  return {
    update(all, weights) {
      endpoints = all;
      const total = sum(weights);
      shares = Float64Array.from(weights, (weight) => weight / total);
      indexes.clear();
      for (let index = 0; index < all.length; index += 1) indexes.set(all[index]!, index);
      inner.update(all, weights);
    },
    pick(context, attempt) {
      const picked = inner.pick(context, attempt);
      if (picked === undefined) return undefined;
      let active = 0;
      for (const endpoint of endpoints) active += endpoint.active;
      const slots = Math.ceil(((active + 1) * factor) / 100);
      const index = indexes.get(picked)!;
      if (overload(index, slots) < 1) return picked;
      return other(requestHash(context, random) + attempt, slots, index);
    },
  };
}

/** A stride without a common divisor with the length, so that every place is met once. */
function strideFor(length: number, seed: number): number {
  if (length < 3) return 1;
  let stride = 1 + (seed % (length - 1));
  while (divisor(stride, length) !== 1) stride += 1;
  return stride % length;
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}

/** Ring hash (ketama), built as Envoy builds it: the next point on the ring after the request's hash. */

import type { BalancingPolicy, Endpoint } from '@weft/data-runtime';
import { hashKey, sameCrowd } from '../hash-key.ts';
import { murmurHash2 } from '../murmur.ts';
import { type Policy, type PolicyDeps, type PolicyFamily, sum } from '../policy.ts';
import { requestHash } from '../request-hash.ts';
import { xxHash64 } from '../xxhash.ts';

export type RingHashSpec = Omit<Extract<BalancingPolicy, { kind: 'ring-hash' }>, 'kind'>;

export function createRingHash(spec: RingHashSpec, deps: PolicyDeps): PolicyFamily {
  return { hashes: true, create: () => createPolicy(spec, deps) };
}

/** Points in order; both arrays have the length of the ring. */
export interface Ring {
  readonly points: Uint32Array;
  readonly owners: Uint32Array;
}

/** Endpoints beyond it get no point: an owner's index and 32 bits of its point fit into one double, so that the ring sorts as numbers. */
const ringOwnersMax = 2 ** 21;

function createPolicy(spec: RingHashSpec, { random }: PolicyDeps): Policy {
  let endpoints: readonly Endpoint[] = [];
  let weights = new Float64Array(0);
  let ring: Ring = { points: new Uint32Array(0), owners: new Uint32Array(0) };

  return {
    update(all, given) {
      if (sameCrowd(endpoints, all, weights, given)) return;
      endpoints = all;
      weights = Float64Array.from(given);
      ring = buildRing(spec, endpoints, weights);
    },
    pick(context, attempt) {
      const { points, owners } = ring;
      const { length } = points;
      if (length === 0) return undefined;
      const hash = requestHash(context, random);
      let low = 0;
      let high = length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (points[middle]! < hash) low = middle + 1;
        else high = middle;
      }
      // Past the last point it begins again; a refused pick moves on by one point.
      return endpoints[owners[(low + attempt) % length]!];
    },
  };
}

/** Each endpoint has points in proportion to its weight, the lightest one a whole number of them. */
export function buildRing(
  spec: RingHashSpec,
  endpoints: readonly Endpoint[],
  weights: Float64Array,
  ownersMax = ringOwnersMax,
): Ring {
  const total = sum(weights);
  let least = Number.POSITIVE_INFINITY;
  for (const weight of weights) least = Math.min(least, weight / total);
  const scale =
    endpoints.length === 0 ? 0 : Math.min(Math.ceil(least * spec.minimumRingSize) / least, spec.maximumRingSize);
  const hash = spec.hash === 'xx-hash' ? xxHash64 : murmurHash2;
  const sorted = new Float64Array(Math.ceil(scale));
  let made = 0;
  let target = 0;
  for (let index = 0; index < endpoints.length && index < ownersMax; index += 1) {
    const key = `${hashKey(endpoints[index]!, spec.useHostname)}_`;
    target += (scale * weights[index]!) / total;
    for (let point = 0; made < target && made < sorted.length; point += 1) {
      sorted[made] = Number(hash(`${key}${point}`) >> 32n) * ownersMax + index;
      made += 1;
    }
  }
  const filled = sorted.subarray(0, made).sort();
  const points = new Uint32Array(made);
  const owners = new Uint32Array(made);
  for (let at = 0; at < made; at += 1) {
    points[at] = Math.floor(filled[at]! / ownersMax);
    owners[at] = filled[at]! % ownersMax;
  }
  return { points, owners };
}

/** Maglev: a table in which each endpoint has places in proportion to its weight, filled as Envoy fills it. */

import type { BalancingPolicy, Endpoint } from '@weft/data-runtime';
import { hashKey, sameCrowd } from '../hash-key.ts';
import type { Policy, PolicyDeps, PolicyFamily } from '../policy.ts';
import { requestHash } from '../request-hash.ts';
import { xxHash64 } from '../xxhash.ts';

export type MaglevSpec = Omit<Extract<BalancingPolicy, { kind: 'maglev' }>, 'kind'>;

export function createMaglev(spec: MaglevSpec, deps: PolicyDeps): PolicyFamily {
  return { hashes: true, create: () => createPolicy(spec, deps) };
}

function createPolicy(spec: MaglevSpec, { random }: PolicyDeps): Policy {
  let endpoints: readonly Endpoint[] = [];
  let weights = new Float64Array(0);
  let table: Int32Array = new Int32Array(0);

  return {
    update(all, given) {
      if (sameCrowd(endpoints, all, weights, given)) return;
      endpoints = all;
      weights = Float64Array.from(given);
      table = buildTable(spec, endpoints, weights);
    },
    pick(context, attempt) {
      const { length } = table;
      if (length === 0) return undefined;
      let hash = requestHash(context, random);
      // A refused pick looks elsewhere: all bits of the hash change.
      if (attempt > 0) hash = (hash ^ ~(attempt - 1)) >>> 0;
      return endpoints[table[hash % length]!];
    },
  };
}

/** Endpoints take turns; who has less than the greatest weight sits out turns in proportion. Each goes through the places in an order of its own. */
function buildTable(spec: MaglevSpec, endpoints: readonly Endpoint[], weights: Float64Array): Int32Array {
  const size = spec.tableSize;
  const count = endpoints.length;
  if (count === 0) return new Int32Array(0);
  const table = new Int32Array(size).fill(-1);
  const next = new Float64Array(count);
  const skips = new Float64Array(count);
  const targets = new Float64Array(count);
  let heaviest = 0;
  for (let index = 0; index < count; index += 1) {
    const key = hashKey(endpoints[index]!, spec.useHostname);
    next[index] = Number(xxHash64(key) % BigInt(size));
    skips[index] = size === 2 ? 1 : Number(xxHash64(key, 1n) % BigInt(size - 1)) + 1;
    heaviest = Math.max(heaviest, weights[index]!);
  }
  let filled = 0;
  for (let turn = 1; filled < size; turn += 1) {
    for (let index = 0; index < count && filled < size; index += 1) {
      if (turn * weights[index]! < targets[index]!) continue;
      targets[index]! += heaviest;
      while (table[next[index]!] !== -1) next[index] = (next[index]! + skips[index]!) % size;
      table[next[index]!] = index;
      filled += 1;
    }
  }
  return table;
}

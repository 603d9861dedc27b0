/** The consistent-hash policies with the bounds that Envoy sets. */

import type { BalancingPolicy } from '../balancer.ts';
import { refuse } from '../check/refuse.ts';

type Given =
  | {
      readonly kind: 'ring-hash';
      readonly minimumRingSize: bigint;
      readonly maximumRingSize: bigint;
      readonly murmur: boolean;
      readonly useHostname: boolean;
    }
  | { readonly kind: 'maglev'; readonly tableSize: bigint; readonly useHostname: boolean };

/** Envoy's. */
export const hashDefaults = { minimumRingSize: 1_024n, maximumRingSize: 8_388_608n, tableSize: 65_537n };
const ringSizeMax = 8_388_608n;
const tableSizeMax = 5_000_011n;

/** @throws WeftError `config_rejected` */
export function compileHashPolicy(given: Given, where: string): BalancingPolicy {
  if (given.kind === 'ring-hash') {
    const { minimumRingSize: least, maximumRingSize: most } = given;
    if (least > ringSizeMax) refuse(where, `minimum_ring_size must be ${ringSizeMax} or less`);
    if (most > ringSizeMax) refuse(where, `maximum_ring_size must be ${ringSizeMax} or less`);
    if (least > most) refuse(where, 'minimum_ring_size must not be over maximum_ring_size');
    return {
      kind: 'ring-hash',
      minimumRingSize: Number(least),
      maximumRingSize: Number(most),
      hash: given.murmur ? 'murmur-hash-2' : 'xx-hash',
      useHostname: given.useHostname,
    };
  }
  if (given.tableSize > tableSizeMax) refuse(where, `maglev table_size must be ${tableSizeMax} or less`);
  const tableSize = Number(given.tableSize);
  if (!isPrime(tableSize)) refuse(where, 'maglev table_size must be a prime number');
  return { kind: 'maglev', tableSize, useHostname: given.useHostname };
}

function isPrime(value: number): boolean {
  if (value < 2) return false;
  for (let divisor = 2; divisor * divisor <= value; divisor += 1) if (value % divisor === 0) return false;
  return true;
}

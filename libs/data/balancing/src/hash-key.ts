/** By what an endpoint is found on a ring or in a table. */

import type { Endpoint } from '@weft/data-runtime';

/** Envoy's order: metadata `envoy.lb` `hash_key`, then the host name where that is asked for, then the address. */
export function hashKey(endpoint: Endpoint, useHostname: boolean): string {
  const given = endpoint.lbMetadata['hash_key'];
  if (given !== undefined && given !== '') return given;
  return useHostname && endpoint.hostname !== '' ? endpoint.hostname : endpoint.hostPort;
}

/** Whether a table made for one crowd still serves the other: making one is dear. */
export function sameCrowd(
  before: readonly Endpoint[],
  after: readonly Endpoint[],
  weightsBefore: Float64Array,
  weightsAfter: Float64Array,
): boolean {
  if (before.length !== after.length) return false;
  for (let index = 0; index < after.length; index += 1) {
    if (before[index] !== after[index] || weightsBefore[index] !== weightsAfter[index]) return false;
  }
  return true;
}

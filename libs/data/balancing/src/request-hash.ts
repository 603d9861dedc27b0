/** The hash of a request as a whole number without sign. */

import type { PickContext } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';

/** 32 bits; by chance where the request has none. */
export function requestHash(context: PickContext | undefined, random: Random): number {
  const hash = context?.hash;
  return hash === undefined ? Math.floor(random() * 4_294_967_296) : hash >>> 0;
}

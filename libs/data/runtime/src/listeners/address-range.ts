/** CidrRange messages as text. */

import { isIPv4, isIPv6 } from 'node:net';
import type { CidrRange } from '@weft/xds-messages/envoy/config/core/v3/address';
import { refuse } from '../check/refuse.ts';

/** "10.0.0.0/8"; a range without a length is all of its family, as Envoy has it. @throws WeftError `config_rejected` */
export function rangeTexts(ranges: readonly CidrRange[], what: string, where: string): readonly string[] {
  return ranges.map(({ addressPrefix, prefixLen = 0 }) => {
    const bits = isIPv4(addressPrefix) ? 32 : isIPv6(addressPrefix) ? 128 : -1;
    if (prefixLen > bits) refuse(where, `${what}: ${addressPrefix}/${prefixLen} is no range of addresses`);
    return `${addressPrefix}/${prefixLen}`;
  });
}

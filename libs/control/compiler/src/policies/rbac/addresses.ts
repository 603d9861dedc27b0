/** Addresses and CIDR blocks as Envoy's ranges. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CidrRangeSchema } from '@weft/xds-messages/envoy/config/core/v3/address';

/** "10.0.0.0/8", "10.0.0.1", "2001:db8::/32". */
export function cidr(block: string): Extract<MessageInitShape<typeof CidrRangeSchema>, { $typeName?: never }> {
  const [addressPrefix = '', length] = block.split('/', 2);
  return { addressPrefix, prefixLen: Number(length ?? (addressPrefix.includes(':') ? 128 : 32)) };
}

/** Addresses and blocks of them. */

import { BlockList, isIP } from 'node:net';

/** False for what is no address, and for another family. */
export function isInRange(address: string, prefix: string, length: number): boolean {
  const family = isIP(address);
  if (family === 0 || family !== isIP(prefix)) return false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(prefix, length, name);
  return block.check(address, name);
}

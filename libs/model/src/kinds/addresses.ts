/** IP addresses and CIDR blocks in fields. */

import { BlockList, isIP } from 'node:net';
import { checkedString } from '../schema/object.ts';

export const ipAddress = checkedString((value) =>
  isIP(value) === 0 ? `${JSON.stringify(value)} is not an IP address` : undefined,
);

function cidrProblem(value: string): string | undefined {
  const [address = '', length = '', ...more] = value.split('/');
  const family = isIP(address);
  const good =
    more.length === 0 && family !== 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
  return good ? undefined : `${JSON.stringify(value)} is not a CIDR block, as in "10.0.0.0/8"`;
}

export const cidr = checkedString(cidrProblem);

/** "10.0.0.0/8" or "10.0.0.1". */
export const cidrOrAddress = checkedString((value) => (isIP(value) === 0 ? cidrProblem(value) : undefined));

/** True where every address of `inner` is one of `outer`; each is a block or a single address. */
export function isWithinBlock(inner: string, outer: string): boolean {
  const parse = (text: string): { address: string; bits: number; family: number } => {
    const [address = '', length] = text.split('/');
    const family = isIP(address);
    return { address, family, bits: length === undefined ? (family === 4 ? 32 : 128) : Number(length) };
  };
  const [within, whole] = [parse(inner), parse(outer)];
  if (within.family !== whole.family || within.bits < whole.bits) return false;
  const family = whole.family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(whole.address, whole.bits, family);
  return list.check(within.address, family);
}

/** IP addresses and CIDR blocks in fields. */

import { isIP } from 'node:net';
import { checkedString } from '../schema/object.ts';

export const ipAddress = checkedString((value) =>
  isIP(value) === 0 ? `${JSON.stringify(value)} is not an IP address` : undefined,
);

export function cidrProblem(value: string): string | undefined {
  const [address = '', length = '', ...more] = value.split('/');
  const family = isIP(address);
  const good =
    more.length === 0 && family !== 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
  return good ? undefined : `${JSON.stringify(value)} is not a CIDR block, as in "10.0.0.0/8"`;
}

export const cidr = checkedString(cidrProblem);

/** "10.0.0.0/8" or "10.0.0.1". */
export const cidrOrAddress = checkedString((value) => (isIP(value) === 0 ? cidrProblem(value) : undefined));

/** Addresses: IP, CIDR block, Unix socket. Each function returns a sentence that says what is wrong, or undefined. */

import { isIP } from 'node:net';

export const unixPrefix = 'unix://';

export function ipProblem(value: string): string | undefined {
  return isIP(value) === 0 ? `${JSON.stringify(value)} is not an IP address` : undefined;
}

/** "10.0.0.1", "10.0.0.0/8". */
export function subnetProblem(value: string): string | undefined {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  const bitsGood = bits === undefined || (/^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
  return family !== 0 && bitsGood && rest.length === 0
    ? undefined
    : `${JSON.stringify(value)} is not an IP address or a CIDR block`;
}

/** What follows `unix://`: an absolute path, or "@name" of Linux's abstract sockets. */
export function unixPathProblem(address: string): string | undefined {
  const path = address.slice(unixPrefix.length);
  if (path.startsWith('@')) return undefined;
  return path.startsWith('/') && !path.endsWith('/')
    ? undefined
    : `${JSON.stringify(address)} is not a Unix socket: "unix://" and an absolute path`;
}

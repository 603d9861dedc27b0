/** Where a client wanted to go before iptables sent it here (SO_ORIGINAL_DST, linux/netfilter_ipv4.h). */

import type { Socket } from 'node:net';
import { libc } from './libc.ts';

const SOL_IP = 0;
const SOL_IPV6 = 41;
const SO_ORIGINAL_DST = 80;
const AF_INET = 2;
const AF_INET6 = 10;

/**
 * @returns "10.0.0.1:80" or "[::1]:80": the own address where connections are tracked and this one was not redirected; nothing: the system
 * does not tell, or the socket is closed. Costs a few microseconds.
 */
export function originalDestination(socket: Socket): string | undefined {
  const calls = libc();
  const fd = descriptorOf(socket);
  if (calls === undefined || fd < 0) return undefined;
  const six = socket.localFamily === 'IPv6' && socket.localAddress?.startsWith('::ffff:') !== true;
  const address = Buffer.alloc(28);
  const length = [address.length];
  if (calls.getsockopt(fd, six ? SOL_IPV6 : SOL_IP, SO_ORIGINAL_DST, address, length) !== 0) return undefined;
  return addressText(address);
}

/** A sockaddr_in or sockaddr_in6 as text. */
export function addressText(address: Buffer): string | undefined {
  const family = address.readUInt16LE(0);
  const port = address.readUInt16BE(2);
  if (family === AF_INET) return `${address.subarray(4, 8).join('.')}:${port}`;
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(8 + index * 2).toString(16));
  return `[${groups.join(':')}]:${port}`;
}

/** Node keeps the descriptor on the handle, where libuv lets it. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd?: number } | null };
  return handle?.fd ?? -1;
}

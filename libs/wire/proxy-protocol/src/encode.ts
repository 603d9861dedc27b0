/** Writes a PROXY header. */

import { isIPv4, isIPv6 } from 'node:net';

/** "10.0.0.1:40000" or "[::1]:40000"; anything else is not known. */
export type ProxyAddress = string;

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/**
 * @param source the client. @param destination where it wanted to go. Where the two are not both addresses of one family, IPv4 is written
 * as IPv6; where one is not known, the header says so (UNKNOWN, LOCAL).
 */
export function encodeProxyHeader(version: 1 | 2, source: ProxyAddress, destination: ProxyAddress): Buffer {
  const from = split(source);
  const to = split(destination);
  if (from === undefined || to === undefined) return version === 1 ? unknown : local;
  const four = isIPv4(from.address) && isIPv4(to.address);
  return version === 1 ? line(four, from, to) : binary(four, from, to);
}

const unknown = Buffer.from('PROXY UNKNOWN\r\n', 'latin1');
const local = Buffer.concat([signature, Buffer.from([0x20, 0, 0, 0])]);

interface Split {
  readonly address: string;
  readonly port: number;
}

function split(text: ProxyAddress): Split | undefined {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  const host = text.slice(0, colon);
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const port = Number(text.slice(colon + 1));
  const known = isIPv4(address) || (isIPv6(address) && !address.includes('%'));
  return known && Number.isInteger(port) && port >= 0 && port <= 65_535 ? { address, port } : undefined;
}

function line(four: boolean, from: Split, to: Split): Buffer {
  const text = (address: string): string => (four || isIPv6(address) ? address : `::ffff:${address}`);
  const family = four ? 'TCP4' : 'TCP6';
  return Buffer.from(`PROXY ${family} ${text(from.address)} ${text(to.address)} ${from.port} ${to.port}\r\n`, 'latin1');
}

function binary(four: boolean, from: Split, to: Split): Buffer {
  const size = four ? 4 : 16;
  const header = Buffer.alloc(16 + 2 * size + 4);
  signature.copy(header);
  header[12] = 0x21;
  header[13] = four ? 0x11 : 0x21;
  header.writeUInt16BE(2 * size + 4, 14);
  writeAddress(header, 16, four, from.address);
  writeAddress(header, 16 + size, four, to.address);
  header.writeUInt16BE(from.port, 16 + 2 * size);
  header.writeUInt16BE(to.port, 18 + 2 * size);
  return header;
}

function writeAddress(header: Buffer, at: number, four: boolean, address: string): void {
  if (isIPv4(address)) {
    const octets = address.split('.').map(Number);
    if (!four) header.writeUInt16BE(0xffff, at + 10);
    header.set(octets, four ? at : at + 12);
    return;
  }
  // "::ffff:1.2.3.4" has its last two groups as IPv4.
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, prefix = '', a = 0, b = 0, c = 0, d = 0] = dotted ?? [];
  const hex = (high: unknown, low: unknown): string => (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted === null ? address : `${prefix}${hex(a, b)}:${hex(c, d)}`;
  const [left = '', right] = plain.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  for (const [i, group] of before.entries()) header.writeUInt16BE(Number.parseInt(group, 16), at + 2 * i);
  const start = at + 16 - 2 * after.length;
  for (const [i, group] of after.entries()) header.writeUInt16BE(Number.parseInt(group, 16), start + 2 * i);
}

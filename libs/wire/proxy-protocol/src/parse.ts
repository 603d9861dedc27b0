/** Reads a PROXY header (haproxy's proxy-protocol.txt, sections 2.1 and 2.2): strictly, and no octet more than it has. */

import { isIPv4, isIPv6 } from 'node:net';
import { formatHostPort } from '@weft/kernel';
import { proxyLimits } from './limits.ts';

/** What a header that is not one broke; 'absent': the octets are something else. */
export type ProxyRule =
  | 'absent'
  | 'line-too-long'
  | 'line'
  | 'address'
  | 'port'
  | 'version'
  | 'command'
  | 'family'
  | 'length'
  | 'tlv';

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** The proxy speaks for itself (LOCAL), or does not know (UNKNOWN, UNSPEC, a socket's path): the connection's own addresses hold. */
  readonly local: boolean;
  /** The client: "10.0.0.1:40000", "[::1]:40000"; empty where `local`. */
  readonly source: string;
  /** Where it wanted to go. */
  readonly destination: string;
  /** Octets that the header takes. */
  readonly length: number;
  /** Version 2: type and value of each, in order. Views of the bytes that were given. */
  readonly tlvs: readonly { readonly type: number; readonly value: Buffer }[];
}

/** More octets are needed. */
export const proxyIncomplete = 'incomplete';

export type ProxyParse = ProxyHeader | ProxyRule | typeof proxyIncomplete;

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const word = Buffer.from('PROXY ', 'latin1');
const noTlvs: ProxyHeader['tlvs'] = [];

/** @param bytes from the first octet of a connection on, as far as they came. Call again with more after 'incomplete'. */
export function parseProxyHeader(bytes: Buffer): ProxyParse {
  if (startsAs(bytes, signature)) return bytes.length < 16 ? shortBinary(bytes) : parseBinary(bytes);
  if (startsAs(bytes, word)) return parseLine(bytes);
  return 'absent';
}

/** True where the octets that are there are those of the beginning. */
function startsAs(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length);
  return bytes.compare(beginning, 0, length, 0, length) === 0;
}

function parseLine(bytes: Buffer): ProxyParse {
  const end = bytes.subarray(0, proxyLimits.lineBytesMax).indexOf('\r\n', 0, 'latin1');
  if (end < 0) return bytes.length >= proxyLimits.lineBytesMax ? 'line-too-long' : proxyIncomplete;
  const parts = bytes.toString('latin1', 0, end).split(' ');
  const length = end + 2;
  if (parts[1] === 'UNKNOWN') return { version: 1, local: true, source: '', destination: '', length, tlvs: noTlvs };
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] = parts;
  if ((family !== 'TCP4' && family !== 'TCP6') || parts.length !== 6) return 'line';
  const fits = family === 'TCP4' ? isIPv4 : isPlainIPv6;
  if (!fits(source) || !fits(destination)) return 'address';
  if (!isPort(sourcePort) || !isPort(destinationPort)) return 'port';
  return {
    version: 1,
    local: false,
    source: formatHostPort(source, sourcePort),
    destination: formatHostPort(destination, destinationPort),
    length,
    tlvs: noTlvs,
  };
}

/** Fewer than 16 octets: what is there may be wrong already. */
function shortBinary(bytes: Buffer): ProxyParse {
  return firstOctets(bytes) ?? proxyIncomplete;
}

/** The version and command, the family and transport: as far as they are there. */
function firstOctets(bytes: Buffer): ProxyRule | undefined {
  const command = bytes[12];
  if (command === undefined) return undefined;
  if (command >> 4 !== 2) return 'version';
  if ((command & 15) > 1) return 'command';
  const family = bytes[13];
  if (family === undefined) return undefined;
  return family >> 4 > 3 || (family & 15) > 2 ? 'family' : undefined;
}

/** Octets of both addresses and ports by address family. */
const addressBytes = [0, 12, 36, 216] as const;

function parseBinary(bytes: Buffer): ProxyParse {
  const broken = firstOctets(bytes);
  if (broken !== undefined) return broken;
  const bodyBytes = bytes.readUInt16BE(14);
  if (bodyBytes > proxyLimits.bodyBytesMax) return 'length';
  const length = 16 + bodyBytes;
  const family = (bytes[13] as number) >> 4;
  const stream = ((bytes[13] as number) & 15) === 1;
  const proxied = ((bytes[12] as number) & 15) === 1;
  const needed = proxied ? (addressBytes[family] as number) : 0;
  if (bodyBytes < needed) return 'length';
  if (bytes.length < length) return proxyIncomplete;
  if (!proxied) return { version: 2, local: true, source: '', destination: '', length, tlvs: noTlvs };
  const tlvs = readTlvs(bytes, 16 + needed, length);
  if (tlvs === undefined) return 'tlv';
  // A path of a local socket and an unknown family say nothing that we could use; nor does a datagram on a stream.
  if (family === 0 || family === 3 || !stream) {
    return { version: 2, local: true, source: '', destination: '', length, tlvs };
  }
  const size = family === 1 ? 4 : 16;
  const ports = 16 + 2 * size;
  return {
    version: 2,
    local: false,
    source: formatHostPort(addressText(bytes, 16, size), String(bytes.readUInt16BE(ports))),
    destination: formatHostPort(addressText(bytes, 16 + size, size), String(bytes.readUInt16BE(ports + 2))),
    length,
    tlvs,
  };
}

function readTlvs(bytes: Buffer, from: number, to: number): ProxyHeader['tlvs'] | undefined {
  if (from === to) return noTlvs;
  const tlvs: { type: number; value: Buffer }[] = [];
  for (let at = from; at < to; ) {
    if (at + 3 > to || tlvs.length === proxyLimits.tlvsMax) return undefined;
    const end = at + 3 + bytes.readUInt16BE(at + 1);
    if (end > to) return undefined;
    tlvs.push({ type: bytes[at] as number, value: bytes.subarray(at + 3, end) });
    at = end;
  }
  return tlvs;
}

function addressText(bytes: Buffer, from: number, size: number): string {
  if (size === 4) return bytes.subarray(from, from + 4).join('.');
  const groups: number[] = [];
  for (let at = from; at < from + 16; at += 2) groups.push(bytes.readUInt16BE(at));
  return compressed(groups);
}

/** RFC 5952: lower case, the first longest run of two zero groups or more left out. */
function compressed(groups: readonly number[]): string {
  let bestAt = -1;
  let bestLength = 1;
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length += 1;
    if (length > bestLength) {
      bestAt = at;
      bestLength = length;
    }
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (bestAt < 0) return text(groups);
  return `${text(groups.slice(0, bestAt))}::${text(groups.slice(bestAt + bestLength))}`;
}

/** A scope ("%eth0") has no meaning elsewhere. */
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535;
}

/** Frames and header blocks written by hand, for tests. */

import { codeLengths, codes } from '../hpack/huffman-code.ts';

/** Connection preface of a client with empty SETTINGS. */
export const opening = (): Buffer =>
  Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, '')]);

/** @param payload latin1. @param length what the header says, where it is to lie. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: string | Buffer,
  length = payload.length,
): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId >>> 0, 5);
  return Buffer.concat([header, typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload]);
}

/** Four octets, big-endian, as latin1. */
export const uint32 = (value: number): string =>
  String.fromCharCode((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

/** One setting as latin1. */
export const setting = (id: number, value: number): string => String.fromCharCode(id >> 8, id & 0xff) + uint32(value);

/** An integer of RFC 7541 section 5.1, as latin1. */
export function integer(prefix: number, mask: number, value: number): string {
  if (value < mask) return String.fromCharCode(prefix | value);
  let text = String.fromCharCode(prefix | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) text += String.fromCharCode((rest % 0x80) | 0x80);
  return text + String.fromCharCode(rest);
}

const plain = (text: string): string => integer(0, 0x7f, text.length) + text;

/** A field as a literal without indexing, name and value in full. */
export const literal = (name: string, value: string): string => `\0${plain(name)}${plain(value)}`;

/** The same with incremental indexing. */
export const indexed = (name: string, value: string): string => `\x40${plain(name)}${plain(value)}`;

/** A Huffman-coded string, padded with ones. */
export function huffman(text: string): string {
  let bits = '';
  for (let i = 0; i < text.length; i += 1) {
    const symbol = text.charCodeAt(i);
    bits += (codes[symbol] as number).toString(2).padStart(codeLengths[symbol] as number, '0');
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  let octets = '';
  for (let i = 0; i < bits.length; i += 8) octets += String.fromCharCode(Number.parseInt(bits.slice(i, i + 8), 2));
  return integer(0x80, 0x7f, octets.length) + octets;
}

/** A header block of literals. @param fields flat. */
export function block(...fields: string[]): string {
  let text = '';
  for (let i = 0; i < fields.length; i += 2) text += literal(fields[i] as string, fields[i + 1] as string);
  return text;
}

/** The pseudo-headers of a plain request. */
export const get: readonly string[] = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'a.test'];
export const post: readonly string[] = [':method', 'POST', ':scheme', 'http', ':path', '/', ':authority', 'a.test'];

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 0x20;

/** A request without a body. */
export const request = (streamId: number, ...fields: string[]): Buffer =>
  frame(1, END_STREAM | END_HEADERS, streamId, block(...get, ...fields));

/** The head of a request whose body follows. */
export const open = (streamId: number, ...fields: string[]): Buffer =>
  frame(1, END_HEADERS, streamId, block(...post, ...fields));

/** A head of the given fields alone. */
export const head = (fields: readonly string[], flags = END_STREAM | END_HEADERS, streamId = 1): Buffer =>
  frame(1, flags, streamId, block(...fields));

export const data = (streamId: number, text: string, end = true): Buffer => frame(0, end ? 1 : 0, streamId, text);

/** What a field means to the codec, found out once when its name is decoded. */

import { nameOctets, valueOctets } from '@weft/http';
import { staticNames } from './static-table.ts';

/** An ordinary field. */
export const ORDINARY = 0;
export const METHOD = 1;
export const SCHEME = 2;
export const AUTHORITY = 3;
export const PATH = 4;
export const STATUS = 5;
export const PROTOCOL = 6;
export const HOST = 7;
export const COOKIE = 8;
export const CONTENT_LENGTH = 9;
export const TE = 10;
export const EXPECT = 11;
/** Connection-specific: must not be in HTTP/2 (RFC 9113 section 8.2.2). */
export const CONNECTION = 12;
/** No valid field: an upper-case or empty name, an unknown pseudo-header, a control character or space around the value. */
export const BROKEN = 13;

const kinds: readonly (readonly [string, number])[] = [
  [':method', METHOD],
  [':scheme', SCHEME],
  [':authority', AUTHORITY],
  [':path', PATH],
  [':status', STATUS],
  [':protocol', PROTOCOL],
  ['host', HOST],
  ['cookie', COOKIE],
  ['content-length', CONTENT_LENGTH],
  ['te', TE],
  ['expect', EXPECT],
  ['connection', CONNECTION],
  ['keep-alive', CONNECTION],
  ['proxy-connection', CONNECTION],
  ['transfer-encoding', CONNECTION],
  ['upgrade', CONNECTION],
];

const known = new Map<string, number>();
for (const name of staticNames) if (name !== '') known.set(name, ORDINARY);
for (const [name, kind] of kinds) known.set(name, kind);

/** The kind of a field by its name alone. */
export function kindOfName(name: string): number {
  const kind = known.get(name);
  if (kind !== undefined) return kind;
  if (name.length === 0) return BROKEN;
  for (let i = 0; i < name.length; i += 1) {
    if (nameOctets[name.charCodeAt(i)] !== 1) return BROKEN;
  }
  return ORDINARY;
}

/** True for a value that can be sent on over any version of HTTP (RFC 9113 section 8.2.1). */
export function validValue(value: string): boolean {
  const length = value.length;
  if (length === 0) return true;
  for (let i = 0; i < length; i += 1) {
    if (valueOctets[value.charCodeAt(i)] !== 1) return false;
  }
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(length - 1);
  return first !== 0x20 && first !== 0x09 && last !== 0x20 && last !== 0x09;
}

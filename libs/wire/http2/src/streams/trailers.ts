/** Trailer sections (RFC 9113 section 8.1, RFC 9110 section 6.5.1). */

import type { HeaderList } from '../hpack/decoder.ts';
import { BROKEN, CONNECTION, ORDINARY, PROTOCOL } from '../hpack/field-kinds.ts';

/** Fields that frame, route or authenticate: a trailer that has them is forwarded without. */
const dropped = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'proxy-authorization',
  'set-cookie',
  'te',
  'trailer',
]);

/** @param into the fields that may be forwarded, appended. @returns the rule that is broken; empty: none. */
export function readTrailers(list: HeaderList, into: string[]): string {
  const { fields, kinds } = list;
  for (let i = 0; i < list.size; i += 1) {
    const name = fields[i * 2] as string;
    const kind = kinds[i] as number;
    if (kind !== ORDINARY) {
      if (kind <= PROTOCOL) return 'a trailer section has no pseudo-headers';
      if (kind === CONNECTION) return 'connection-specific fields are not for HTTP/2';
      if (kind === BROKEN)
        return 'a field has a lower-case token as its name and no control characters or outer spaces in its value';
    }
    if (!dropped.has(name)) into.push(name, fields[i * 2 + 1] as string);
  }
  return '';
}

/** x-request-id: a UUID for each request that has none. */

import type { HttpFilter, HttpHandlerTable } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';

const octets = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** An id from outside is kept where this listener does not use the client's address (it is no edge), or is told to keep it. */
export function createRequestId(
  deps: { readonly random: Random },
  table: Pick<HttpHandlerTable, 'requestId' | 'address'>,
): HttpFilter | undefined {
  const { generate, preserveExternal } = table.requestId;
  if (!generate) return undefined;
  const { random } = deps;
  const fromOutside = table.address.useRemoteAddress && !preserveExternal;
  return {
    name: 'request-id',
    onRequest(exchange) {
      const fields = exchange.request.fields;
      for (let i = 0; i < fields.length; i += 2) {
        if (fields[i] !== 'x-request-id') continue;
        if (fromOutside) fields[i + 1] = uuid(random);
        return true;
      }
      fields.push('x-request-id', uuid(random));
      return true;
    },
  };
}

/** A version 4 UUID; for telling requests apart, not for secrets. */
export function uuid(random: Random): string {
  const a = (random() * 4294967296) >>> 0;
  const b = (random() * 4294967296) >>> 0;
  const c = (random() * 4294967296) >>> 0;
  const d = (random() * 4294967296) >>> 0;
  return `${hex(a)}${at(a, 8)}${octets[a & 255]}-${at(b, 24)}${at(b, 16)}-${octets[((b >>> 8) & 0x0f) | 0x40]}${octets[b & 255]}-${octets[((c >>> 24) & 0x3f) | 0x80]}${at(c, 16)}-${at(c, 8)}${octets[c & 255]}${hex(d)}${at(d, 8)}${octets[d & 255]}`;
}

function at(value: number, shift: number): string {
  return octets[(value >>> shift) & 255] as string;
}

function hex(value: number): string {
  return at(value, 24) + at(value, 16);
}

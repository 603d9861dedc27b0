/** x-request-id: a UUID for each request that has none, and for those from outside. */

import type { Exchange, HttpFilter, HttpHandlerTable } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { fieldOf } from '../fields.ts';
import { hex32 } from '../random-hex.ts';

/**
 * As Envoy: an edge request (the client's address is used, and it is not internal) gets a new id unless external ones are kept. Stands after
 * the trusted address is known. Whether ids go into answers is done where answers get their other headers.
 */
export function createRequestId(
  deps: { readonly random: Random },
  table: Pick<HttpHandlerTable, 'requestId' | 'address'>,
): HttpFilter | undefined {
  const { generate, preserveExternal } = table.requestId;
  if (!generate) return undefined;
  const next = createUuids(deps.random);
  const replaces = table.address.useRemoteAddress && !preserveExternal;
  return {
    name: 'request-id',
    onRequest(exchange) {
      const fields = exchange.request.fields;
      for (let i = 0; i < fields.length; i += 2) {
        const name = fields[i] as string;
        if (name.length !== 12 || name !== 'x-request-id') continue;
        if ((replaces && !isInternal(exchange)) || fields[i + 1] === '') fields[i + 1] = next();
        return true;
      }
      fields.push('x-request-id', next());
      return true;
    },
  };
}

function isInternal({ request }: Exchange): boolean {
  return fieldOf(request.fields, 'x-envoy-internal') === 'true';
}

/** Ids that share their middle before it is made anew. */
export const middleUsesMax = 4_096;

/**
 * Version 4 UUIDs. The first 32 bits, by which requests are sampled, and the last 48 are of each; the 42 between are of this proxy for a while:
 * as good for telling requests apart, and half the work.
 */
export function createUuids(random: Random): () => string {
  let middle = '';
  let left = 0;
  return () => {
    if (left === 0) {
      left = middleUsesMax;
      const digits = hex32(random) + hex32(random);
      const variant = '89ab'[Math.floor(random() * 4)] as string;
      middle = `-${digits.slice(0, 4)}-4${digits.slice(4, 7)}-${variant}${digits.slice(7, 10)}-${digits.slice(10, 14)}`;
    }
    left -= 1;
    return hex32(random) + middle + hex32(random);
  };
}

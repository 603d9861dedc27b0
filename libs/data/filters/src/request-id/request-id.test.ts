/** Request ids are UUIDs, and those of clients outside are not believed. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createRequestId, createUuids, middleUsesMax } from './request-id.ts';

const plain = {
  generate: true,
  preserveExternal: false,
  alwaysSetInResponse: false,
  packTraceReason: true,
  useForTraceSampling: true,
};
const address = { useRemoteAddress: false, trustedHops: 0, skipXffAppend: false, internalRanges: [] };
const random = createSeededRandom(1);

function idOf(fields: string[], requestId = plain, useRemoteAddress = false): string | undefined {
  const exchange = testExchange({ fields });
  createRequestId({ random }, { requestId, address: { ...address, useRemoteAddress } })?.onRequest?.(exchange);
  return exchange.request.header('x-request-id');
}

describe('a request id', () => {
  it('is a version 4 UUID that differs', () => {
    const next = createUuids(random);
    const made = Array.from({ length: middleUsesMax + 1_000 }, () => next());
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made).size).toBe(made.length);
    expect(made[0]?.slice(8, 24)).toBe(made[middleUsesMax - 1]?.slice(8, 24));
    expect(made[0]?.slice(8, 24)).not.toBe(made[middleUsesMax]?.slice(8, 24));
  });

  it('stays inside the mesh', () => {
    expect(idOf(['x-request-id', 'mine'])).toBe('mine');
    expect(idOf([])).toHaveLength(36);
  });

  it('is replaced at the edge, unless the client is internal or external ids are kept', () => {
    expect(idOf(['x-request-id', 'mine'], plain, true)).toHaveLength(36);
    expect(idOf(['x-request-id', 'mine', 'x-envoy-internal', 'true'], plain, true)).toBe('mine');
    expect(idOf(['x-request-id', 'mine'], { ...plain, preserveExternal: true }, true)).toBe('mine');
  });

  it('is not made where the listener says so', () => {
    expect(idOf([], { ...plain, generate: false })).toBeUndefined();
  });
});

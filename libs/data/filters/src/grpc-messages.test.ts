/** Messages are counted however the body is cut. */

import { createSeededRandom } from '@weft/kernel';
import { expect, it } from 'vitest';
import { countGrpcMessages, grpcMessagesOf, releaseGrpcMessages, spareCountersMax } from './grpc-messages.ts';
import { testExchange } from './testing/exchange.ts';

function messages(lengths: readonly number[]): Buffer {
  return Buffer.concat(
    lengths.map((length) => {
      const bytes = Buffer.alloc(5 + length);
      bytes.writeUInt32BE(length, 1);
      return bytes;
    }),
  );
}

it('counts messages of any length in parts of any length', () => {
  const random = createSeededRandom(1);
  for (let round = 0; round < 200; round += 1) {
    const lengths = Array.from({ length: Math.floor(random() * 9) }, () => Math.floor(random() * 300));
    const body = messages(lengths);
    const exchange = testExchange();
    countGrpcMessages(exchange);
    for (let at = 0; at < body.length; ) {
      const end = Math.min(body.length, at + 1 + Math.floor(random() * 64));
      exchange.requestObserver?.(body, at, end);
      at = end;
    }
    expect(grpcMessagesOf(exchange)?.requests.count).toBe(lengths.length);
    releaseGrpcMessages(exchange);
  }
});

it('lets the observer before it see the body too', () => {
  const exchange = testExchange();
  let seen = 0;
  exchange.responseObserver = (_, from, to) => {
    seen += to - from;
  };
  countGrpcMessages(exchange);
  countGrpcMessages(exchange);
  exchange.responseObserver(messages([3]), 0, 8);
  expect([seen, grpcMessagesOf(exchange)?.responses.count]).toEqual([8, 1]);
});

it('keeps as many counters for later as the bound says', () => {
  const exchanges = Array.from({ length: spareCountersMax + 1 }, () => testExchange());
  for (const exchange of exchanges) countGrpcMessages(exchange);
  const used = new Set(exchanges.map(grpcMessagesOf));
  for (const exchange of exchanges) releaseGrpcMessages(exchange);
  for (const exchange of exchanges) countGrpcMessages(exchange);
  const again = exchanges.map(grpcMessagesOf).filter((counters) => used.has(counters));
  expect(again).toHaveLength(spareCountersMax);
});

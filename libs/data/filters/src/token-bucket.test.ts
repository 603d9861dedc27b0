/** A bucket's tokens over time. */

import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { TokenBucketSchema } from '@weft/xds-messages/envoy/type/v3/token_bucket';
import { describe, expect, it } from 'vitest';
import { compileBucket, TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('is full at first, refuses when it is empty, and fills a fraction at a time', () => {
    const bucket = new TokenBucket({ tokensMax: 2, tokensPerMs: 2 / 60_000 }, 0);
    expect([bucket.take(1, 0), bucket.take(1, 0), bucket.take(1, 0)]).toEqual([true, true, false]);
    expect(bucket.nextTokenMs(0)).toBe(30_000);
    expect(bucket.take(1, 29_999)).toBe(false);
    expect(bucket.take(1, 30_000)).toBe(true);
    expect(bucket.remaining(30_000)).toBe(0);
  });

  it('never holds more than its most', () => {
    const bucket = new TokenBucket({ tokensMax: 2, tokensPerMs: 1 }, 0);
    expect(bucket.remaining(1_000_000)).toBe(2);
    expect(bucket.nextTokenMs(1_000_000)).toBe(0);
  });

  it('is refused where it could never fill, or fills too often', () => {
    const bucket = (maxTokens: number, tokensPerFill: number, ms: number) =>
      compileBucket(create(TokenBucketSchema, { maxTokens, tokensPerFill, fillInterval: durationFromMs(ms) }), 'x');
    expect(bucket(10, 5, 1_000)).toEqual({ tokensMax: 10, tokensPerMs: 0.005 });
    expect(() => bucket(0, 5, 1_000)).toThrow('max_tokens');
    expect(() => bucket(1, 0, 1_000)).toThrow('tokens_per_fill');
    expect(() => bucket(1, 1, 49)).toThrow('fill_interval');
  });
});

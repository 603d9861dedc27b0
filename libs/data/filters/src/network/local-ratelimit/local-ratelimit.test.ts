/** New connections under and over their rate. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createManualClock } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { LocalRateLimitSchema } from '@weft/xds-messages/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit';
import { expect, it } from 'vitest';
import { testExchange } from '../../testing/exchange.ts';
import { createConnectionRateLimitKind } from './kind.ts';

const clock = createManualClock();
const registry = createMetricRegistry();
const compile = (config: JsonValue) =>
  createConnectionRateLimitKind({ clock, registry }).compile(
    anyPack(LocalRateLimitSchema, fromJson(LocalRateLimitSchema, config)),
    'f',
    { clusterRef: () => ({ current: undefined }), direction: 'inbound' },
    'test',
  );
const tokenBucket = { maxTokens: 2, tokensPerFill: 2, fillInterval: '60s' };
const connection = { connection: testExchange().connection };

it('closes new connections over their rate', () => {
  const filter = compile({ statPrefix: 'nl', tokenBucket });
  expect(filter?.onConnection(connection)).toBeUndefined();
  expect(filter?.onConnection(connection)).toBeUndefined();
  expect(filter?.onConnection(connection)?.reason).toBe('local rate limit of connections');
  clock.advance(30_000);
  expect(filter?.onConnection(connection)).toBeUndefined();
  expect(registry.renderPrometheus()).toContain(
    'envoy_local_rate_limit_rate_limited{envoy_local_network_ratelimit_prefix="nl"} 1',
  );
});

it('refuses a limit without a bucket', () => {
  expect(() => compile({ statPrefix: 'nl' })).toThrow('token_bucket');
});

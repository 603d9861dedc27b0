/** Local rate limits; statuses, bodies and headers were taken from a running Envoy 1.40. */

import type { JsonValue } from '@bufbuild/protobuf';
import { filterDisabled, type Route } from '@weft/data-runtime';
import { createManualClock, createSeededRandom, type Provenance } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import type { PolicyFrom } from '../rbac-rules.ts';
import { type TestExchange, testExchange } from '../testing/exchange.ts';
import { compileJson, compileRouteJson, headerRule, limitedRoute, withRouteConfig } from '../testing/kinds.ts';
import { createLocalRateLimitKind } from './kind.ts';
import { dynamicBucketsMax } from './local-buckets.ts';

const on = {
  filterEnabled: { defaultValue: { numerator: 100 } },
  filterEnforced: { defaultValue: { numerator: 100 } },
};
const bucket = (maxTokens: number) => ({ maxTokens, tokensPerFill: maxTokens, fillInterval: '60s' });

function setUp(config: object, policyFrom?: PolicyFrom) {
  const clock = createManualClock();
  const registry = createMetricRegistry();
  const kind = createLocalRateLimitKind({
    clock,
    random: createSeededRandom(1),
    registry,
    proxy: policyFrom === undefined ? {} : { policyFrom },
  });
  const filter = compileJson(kind, { statPrefix: 'x', ...config } as JsonValue);
  const run = (fields: readonly string[] = [], route?: Route, change?: (exchange: TestExchange) => void) => {
    const exchange = testExchange({ fields });
    exchange.route = route;
    change?.(exchange);
    const passed = filter.onRequest?.(exchange) === true;
    if (!passed) exchange.responseFields.push(...exchange.outcome.fields);
    filter.onResponse?.(exchange);
    return { exchange, passed };
  };
  return { clock, registry, kind, filter, run };
}

const limitHeaders = (limit: string, remaining: string, reset: string): readonly string[] => [
  ...['x-ratelimit-limit', limit],
  ...['x-ratelimit-remaining', remaining],
  ...['x-ratelimit-reset', reset],
];

describe('local_ratelimit', () => {
  it('answers 429 over the limit, tells of it in headers, and goes on when there are tokens again', () => {
    const responseHeadersToAdd = [{ header: { key: 'x-lim', value: 'yes' } }];
    const config = { tokenBucket: bucket(2), ...on, responseHeadersToAdd, enableXRatelimitHeaders: 'DRAFT_VERSION_03' };
    const { clock, run } = setUp(config);
    expect(run().exchange.responseFields).toEqual(limitHeaders('2', '1', '0'));
    expect(run().exchange.responseFields).toEqual(limitHeaders('2', '0', '30'));
    const { exchange, passed } = run();
    expect(passed).toBe(false);
    expect(exchange.outcome).toMatchObject({
      status: 429,
      grpcStatus: -1,
      body: 'local_rate_limited',
      details: 'local_rate_limited',
    });
    expect(exchange.responseFields).toEqual(['x-lim', 'yes', ...limitHeaders('2', '0', '30')]);
    expect(exchange.flag).toBe('RL');
    clock.advance(30_000);
    expect([run().passed, run().passed]).toEqual([true, false]);
    expect(clock.pending()).toBe(0);
  });

  it('says where the limit was written', () => {
    const from = { resource: 'HTTPLocalRateLimitPolicy shop/l', file: 'l.yaml', line: 3, rule: 'total' };
    const { run } = setUp({ tokenBucket: bucket(1), ...on }, (name) => (name === 'x' ? from : undefined));
    run();
    expect(run().exchange.reason).toBe('local rate limit; l.yaml:3 HTTPLocalRateLimitPolicy shop/l total');
  });

  it('writes where the limit stands once, and again where its place is another', () => {
    const read: number[] = [];
    const at = (line: number) => ({
      ...{ resource: 'HTTPLocalRateLimitPolicy shop/l', file: 'l.yaml', rule: 'total' },
      get line() {
        read.push(line);
        return line;
      },
    });
    let from: Provenance | undefined = at(3);
    const { run } = setUp({ tokenBucket: bucket(1), ...on }, () => from);
    const reason = (): string => run().exchange.reason;
    run();
    expect(reason()).toContain('l.yaml:3');
    const once = read.length;
    expect(reason()).toContain('l.yaml:3');
    expect(read).toHaveLength(once);
    from = at(4);
    expect(reason()).toContain('l.yaml:4');
    from = undefined;
    expect(reason()).toBe('local rate limit');
  });

  it('answers with its own status, and RESOURCE_EXHAUSTED for gRPC', () => {
    const { run } = setUp({
      tokenBucket: bucket(1),
      ...on,
      rateLimitedAsResourceExhausted: true,
      status: { code: 'ServiceUnavailable' },
    });
    run();
    expect(run().exchange.outcome).toMatchObject({ status: 503, grpcStatus: 8 });
  });

  it('only marks requests where it is not enforced', () => {
    const { run, registry } = setUp({
      tokenBucket: bucket(1),
      filterEnabled: on.filterEnabled,
      requestHeadersToAddWhenNotEnforced: [{ header: { key: 'x-not', value: 'enforced' } }],
      responseHeadersToAdd: [{ header: { key: 'x-lim', value: 'yes' } }],
    });
    expect(run().exchange.request.fields).toEqual([]);
    const { exchange, passed } = run();
    expect(passed).toBe(true);
    expect([exchange.request.fields, exchange.responseFields]).toEqual([['x-not', 'enforced'], []]);
    const text = registry.renderPrometheus();
    expect(text).toContain('envoy_http_local_rate_limit_rate_limited{envoy_local_http_ratelimit_prefix="x"} 1');
    expect(text).toContain('envoy_http_local_rate_limit_enforced{envoy_local_http_ratelimit_prefix="x"} 0');
  });

  it('is off unless it is enabled', () => {
    const { run } = setUp({ tokenBucket: bucket(1) });
    expect([run().passed, run().passed]).toEqual([true, true]);
  });

  it('keeps a bucket for each connection where it is told to', () => {
    const { run } = setUp({ tokenBucket: bucket(1), ...on, localRateLimitPerDownstreamConnection: true });
    const first = run().exchange;
    const again = (exchange: TestExchange) => Object.assign(exchange, { kept: first.kept });
    expect(run([], undefined, again).passed).toBe(false);
    expect(run().passed).toBe(true);
  });

  it('goes by the route, without a bucket of the listener too', () => {
    const { kind, run } = setUp({});
    expect(run().passed).toBe(true);
    const own = compileRouteJson(kind, { statPrefix: 'r', tokenBucket: bucket(1), ...on } as JsonValue);
    const change = (exchange: TestExchange) => void withRouteConfig(exchange, own);
    expect([run([], undefined, change).passed, run([], undefined, change).passed]).toEqual([true, false]);
    expect(run([], undefined, (exchange) => void withRouteConfig(exchange, filterDisabled)).passed).toBe(true);
  });

  it('refuses what it needs and lacks', () => {
    expect(() => setUp({ statPrefix: '', tokenBucket: bucket(1) })).toThrow('stat_prefix');
    expect(() => setUp({ tokenBucket: bucket(1), stage: 11 })).toThrow('stage');
    expect(() => setUp({ tokenBucket: bucket(1), descriptors: [{ entries: [] }] })).toThrow('key');
  });
});

describe('local_ratelimit with descriptors', () => {
  const descriptors = [
    { entries: [{ key: 'path', value: 'a' }], tokenBucket: bucket(1) },
    { entries: [{ key: 'path', value: 'b' }], tokenBucket: bucket(4) },
    {
      entries: [
        { key: 'path', value: 'b' },
        { key: 'm', value: 'x' },
      ],
      tokenBucket: bucket(3),
    },
    { entries: [{ key: 'who' }], tokenBucket: bucket(2) },
  ];
  const config = { tokenBucket: bucket(3), ...on, descriptors, enableXRatelimitHeaders: 'DRAFT_VERSION_03' };
  const route = limitedRoute([
    headerRule(['x-path', 'path']),
    headerRule(['x-path', 'path'], ['x-m', 'm']),
    headerRule(['x-who', 'who']),
  ]);
  // Header, whether the request passes, limit, remaining, reset: what Envoy said, one after the other.
  const both = [
    ['x-path', 'a', true, '1', '0', '60'],
    ['x-path', 'a', false, '1', '0', '60'],
    ['x-path', 'b', true, '3', '2', '0'],
    ['x-none', 'x', true, '3', '0', '20'],
    ['x-none', 'x', false, '3', '0', '20'],
    ['x-who', 'me', false, '3', '0', '20'],
  ] as const;
  const alone = [
    ['x-path', 'a', true, '1', '0', '60'],
    ['x-path', 'a', false, '1', '0', '60'],
    ['x-path', 'b', true, '3', '2', '0'],
    ['x-path', 'b', true, '3', '1', '0'],
    ['x-path', 'b', true, '3', '0', '20'],
    ['x-path', 'b', false, '3', '0', '20'],
    ['x-none', 'x', true, '3', '2', '0'],
    ['x-none', 'x', true, '3', '1', '0'],
    ['x-who', 'me', true, '2', '1', '0'],
    ['x-who', 'me', true, '2', '0', '30'],
    ['x-who', 'you', true, '2', '1', '0'],
    ['x-who', 'me', false, '2', '0', '30'],
  ] as const;
  for (const [what, more, rows] of [
    ['and the default bucket for all', {}, both],
    ['and the default bucket for the rest', { alwaysConsumeDefaultTokenBucket: false }, alone],
  ] as const) {
    it(`asks the buckets of descriptors ${what}`, () => {
      const { run } = setUp({ ...config, ...more });
      for (const [name, value, passed, ...told] of rows) {
        const got = run([name, value, 'x-m', 'x'], route);
        expect([name, value, got.passed]).toEqual([name, value, passed]);
        expect(got.exchange.responseFields).toEqual(
          limitHeaders(...(told as unknown as Parameters<typeof limitHeaders>)),
        );
      }
    });
  }

  it('bounds the buckets that values of requests make: the one not used for longest goes', () => {
    const { run } = setUp({
      ...config,
      tokenBucket: bucket(1_000),
      descriptors: [{ entries: [{ key: 'who' }], tokenBucket: bucket(1) }],
    });
    const who = (value: number) => run(['x-who', String(value)], route).passed;
    for (let i = 0; i <= dynamicBucketsMax; i += 1) expect(who(i)).toBe(true);
    expect([who(dynamicBucketsMax), who(1), who(0)]).toEqual([false, false, true]);
  });

  it('takes the limits of the virtual host as vh_rate_limits says', () => {
    const mixed = limitedRoute([headerRule(['x-none', 'none'])], [headerRule(['x-path', 'path'])]);
    const passes = (vhRateLimits: string, of: Route) => {
      const { run } = setUp({ ...config, vhRateLimits, alwaysConsumeDefaultTokenBucket: false });
      return [run(['x-path', 'a'], of).passed, run(['x-path', 'a'], of).passed];
    };
    expect(passes('INCLUDE', mixed)).toEqual([true, false]);
    expect(passes('OVERRIDE', mixed)).toEqual([true, true]);
    expect(passes('IGNORE', mixed)).toEqual([true, true]);
    const bare = limitedRoute([], [headerRule(['x-path', 'path'])]);
    expect(passes('OVERRIDE', bare)).toEqual([true, false]);
    expect(passes('IGNORE', bare)).toEqual([true, true]);
  });
});

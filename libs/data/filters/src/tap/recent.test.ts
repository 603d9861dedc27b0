/** What passed of late is found by its id, and sampled fairly, within its bounds. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createRecentExchanges } from './recent.ts';
import { recentLimits } from './recent-limits.ts';

const create = () => createRecentExchanges({ random: createSeededRandom(7) });

function passed(id: string, atMs = 0, fields: readonly string[] = []) {
  const exchange = testExchange({ target: '/stock?sku=1', fields: ['x-request-id', id, ...fields] });
  exchange.startedAtMs = atMs;
  return exchange;
}

describe('recent exchanges', () => {
  it('are found by request id, with what a tap shows', () => {
    const recent = create();
    const denied = passed('a');
    denied.status = 403;
    denied.reason = 'AuthorizationPolicy shop/guard';
    recent.offer(passed('b'));
    recent.offer(denied);
    expect(recent.byRequestId('a')).toEqual([
      expect.objectContaining({ status: 403, path: '/stock?sku=1', reason: 'AuthorizationPolicy shop/guard' }),
    ]);
  });

  it('are forgotten past the bound, oldest first', () => {
    const recent = create();
    for (let i = 0; i <= recentLimits.exchangesMax; i += 1) recent.offer(passed(String(i), i * 1_000));
    expect(recent.byRequestId('0')).toEqual([]);
    expect(recent.byRequestId('1')).toHaveLength(1);
    expect(recent.byRequestId(String(recentLimits.exchangesMax))).toHaveLength(1);
  });

  it('are kept so many a second, and as many that failed', () => {
    const recent = create();
    const { exchangesPerSecond } = recentLimits;
    const offer = (id: string, atMs: number, status: number): void => {
      const exchange = passed(id, atMs);
      exchange.status = status;
      recent.offer(exchange);
    };
    for (let i = 0; i <= exchangesPerSecond; i += 1) offer(`good-${i}`, 5_000 + i, 200);
    for (let i = 0; i <= exchangesPerSecond; i += 1) offer(`bad-${i}`, 5_500 + i, 503);
    offer('next', 6_000, 200);
    const found = (id: string): number => recent.byRequestId(id).length;
    expect([found('good-0'), found(`good-${exchangesPerSecond - 1}`), found(`good-${exchangesPerSecond}`)]).toEqual([
      1, 1, 0,
    ]);
    expect([found('bad-0'), found(`bad-${exchangesPerSecond - 1}`), found(`bad-${exchangesPerSecond}`)]).toEqual([
      1, 1, 0,
    ]);
    expect(found('next')).toBe(1);
  });

  it('are counted in the second of their end, whatever they began with', () => {
    const recent = create();
    const { exchangesPerSecond } = recentLimits;
    for (let i = 0; i < 2 * exchangesPerSecond; i += 1) {
      const slow = i % 2 === 0;
      const exchange = passed(slow ? 'slow' : 'fast', slow ? 3_000 : 5_000);
      exchange.status = 200;
      exchange.durationMs = slow ? 2_000 : 0;
      recent.offer(exchange);
    }
    expect(recent.byRequestId('slow').length + recent.byRequestId('fast').length).toBe(exchangesPerSecond);
  });

  it('are sampled minute by minute, and each sample says for how many it stands', () => {
    const recent = create();
    for (let i = 0; i < 100; i += 1) recent.offer(passed(String(i), 60_000));
    recent.offer(passed('late', 120_000));
    const samples = recent.samples(0, 1_000);
    expect(samples).toHaveLength(recentLimits.samplesPerMinute + 1);
    expect(samples.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(101);
    expect(recent.samples(120_000, 1_000).map(({ request_id }) => request_id)).toEqual(['late']);
    expect(recent.samples(0, 1).map(({ request_id }) => request_id)).toEqual(['late']);
  });

  it('reach back as far as the bound says', () => {
    const recent = create();
    for (let minute = 0; minute <= recentLimits.minutesMax; minute += 1)
      recent.offer(passed(String(minute), minute * 60_000));
    expect(recent.samples(0, 1_000)[0]?.request_id).toBe('1');
  });

  it('keep headers of samples, but no credential, nothing long and not too many', () => {
    const recent = create();
    const secret = ['authorization', 'Bearer x', 'cookie', 'a=b', 'x-api-key', 'k', 'x-auth-request-access-token', 't'];
    const many = Array.from({ length: recentLimits.headersMax }, (_, index) => [`x-${index}`, 'v']).flat();
    recent.offer(passed('a', 0, [...secret, 'x-canary', '1', 'x-long', 'l'.repeat(300), ...many]));
    const { headers = {} } = recent.samples(0, 1)[0] ?? {};
    expect(headers).toMatchObject({ 'x-canary': '1', 'x-request-id': 'a' });
    expect(Object.keys(headers)).toHaveLength(recentLimits.headersMax);
    expect(JSON.stringify(headers)).not.toMatch(/Bearer|a=b|lll/);
  });

  it('keep no credential of a query, in the path or in an address among the headers', () => {
    const recent = create();
    const target = '/stock?sku=1&access_token=s3cret&a%50i_%4bey=s3cret;s3cret&to=x?y';
    const fields = ['x-request-id', 'a', 'referer', 'https://shop/next?Session=s3cret&page=2#id_token=s3cret'];
    recent.offer(testExchange({ target, fields }));
    const [sample] = recent.samples(0, 1);
    expect(sample?.path).toBe('/stock?sku=1&access_token=***&a%50i_%4bey=***&to=x?y');
    expect(sample?.headers['referer']).toBe('https://shop/next?Session=***&page=2#id_token=***');
    expect(recent.byRequestId('a')[0]?.path).toBe(sample?.path);
  });

  it('say how long an exchange took as its access log does', () => {
    const recent = create();
    const exchange = passed('a');
    exchange.durationMs = 2.613;
    recent.offer(exchange);
    expect(recent.byRequestId('a')[0]?.duration_ms).toBe(3);
  });

  it('keep the claims of a verified token', () => {
    const recent = create();
    const exchange = passed('a');
    exchange.metadata = new Map([['envoy.filters.http.jwt_authn', { payload: { sub: 'ada' } }]]);
    recent.offer(exchange);
    const long = passed('b');
    long.metadata = new Map([['envoy.filters.http.jwt_authn', { payload: { sub: 'a'.repeat(3_000) } }]]);
    recent.offer(long);
    expect(recent.samples(0, 2).map(({ claims }) => claims)).toEqual([{ sub: 'ada' }, undefined]);
  });
});

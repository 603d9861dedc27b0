/** Keys from a key server: requests wait for them, once for all, and tokens verified before cost nothing. */

import { create } from '@bufbuild/protobuf';
import type { CalloutAnswer, Callouts } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { HttpUriSchema } from '@weft/xds-messages/envoy/config/core/v3/http_uri';
import { RemoteJwksSchema } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { describe, expect, it } from 'vitest';
import { createRemoteStores, remoteStoresMax, waitersMax } from './jwks-store.ts';
import { testFilter, testRequest } from './testing/table.ts';
import { jwks, testTokens } from './testing/tokens.ts';

const now = 1_795_270_000;
const tokens = testTokens(now);
const bearer = (name: string) => [`authorization: Bearer ${tokens[name]}`];

function slowCallouts() {
  const waiting: ((answer: CalloutAnswer) => void)[] = [];
  const callouts: Callouts = {
    send(_callout, done) {
      waiting.push(done);
      return () => {};
    },
  };
  const answer = (status: number, body: string) =>
    waiting.shift()?.({ status, fields: [], trailers: [], body: Buffer.from(body) });
  return { callouts, waiting, answer };
}

function remote(jwksOptions: object, providerOptions: object = {}) {
  const server = slowCallouts();
  const remoteJwks = { httpUri: { uri: 'http://k.test/keys', cluster: 'k', timeout: '1s' }, ...jwksOptions };
  const config = {
    providers: { p: { issuer: 'iss', remoteJwks, payloadInMetadata: 'p', ...providerOptions } },
    rules: [{ match: { prefix: '/' }, requires: { providerName: 'p' } }],
  };
  const made = testFilter(config, server.callouts, createManualClock(now * 1_000));
  const request = (name: string) => testRequest('GET', '/x', bearer(name));
  return { ...server, ...made, request };
}

describe('remote keys', () => {
  it('are fetched once for all requests that wait for them', () => {
    const { filter, request, waiting, answer } = remote({});
    const exchanges = [request('ok'), request('es256'), request('other')];
    for (const exchange of exchanges) expect(filter.onRequest?.(exchange)).toBe(false);
    expect(waiting).toHaveLength(1);
    answer(200, jwks);
    expect(exchanges.map(({ outcome }) => outcome.kind)).toEqual(['proceed', 'proceed', 'answer']);
    expect(exchanges[2]?.outcome.status).toBe(401);
    expect(exchanges[0]?.metadata?.get('envoy.filters.http.jwt_authn')?.['p']).toMatchObject({ sub: 'bob' });
  });

  it('are not waited for by a request that went away', () => {
    const { filter, request, answer } = remote({});
    const exchange = request('ok');
    filter.onRequest?.(exchange);
    filter.onComplete?.(exchange);
    answer(200, jwks);
    expect(exchange.outcome.kind).toBe('none');
  });

  it('that do not come refuse the token, and the next request asks again', () => {
    const { filter, request, waiting, answer } = remote({});
    for (let i = 0; i < 2; i += 1) {
      const exchange = request('ok');
      filter.onRequest?.(exchange);
      expect(waiting).toHaveLength(1);
      answer(500, '');
      expect(exchange.outcome).toMatchObject({ status: 401, body: 'Jwks remote fetch is failed' });
    }
  });

  it('are asked for again, after a back-off, where a retry policy says so', () => {
    const { filter, request, waiting, answer, clock } = remote({ retryPolicy: { numRetries: 2 } });
    const exchange = request('ok');
    filter.onRequest?.(exchange);
    answer(503, '');
    expect(waiting).toHaveLength(0);
    clock.advance(2_000);
    expect(waiting).toHaveLength(1);
    answer(200, jwks);
    expect(exchange.outcome.kind).toBe('proceed');
  });

  it('are fetched anew when they are too old', () => {
    const { filter, request, waiting, answer, clock } = remote({ cacheDuration: '60s' });
    filter.onRequest?.(request('ok'));
    answer(200, jwks);
    expect(filter.onRequest?.(request('ok'))).toBe(true);
    clock.advance(60_000);
    expect(filter.onRequest?.(request('ok'))).toBe(false);
    expect(waiting).toHaveLength(1);
  });

  it('are fetched at once and ahead of time with async_fetch', () => {
    const { filter, request, waiting, answer, clock } = remote({ cacheDuration: '60s', asyncFetch: {} });
    expect(waiting).toHaveLength(1);
    answer(200, jwks);
    clock.advance(50_000);
    expect(filter.onRequest?.(request('ok'))).toBe(true);
    expect(waiting).toHaveLength(1);
    answer(200, jwks);
    clock.advance(50_000);
    expect(filter.onRequest?.(request('ok'))).toBe(true);
  });
});

describe('a token that was verified', () => {
  it('is not verified again, until it expires', () => {
    const { filter, request, answer, registry, clock } = remote({ cacheDuration: '7200s' });
    filter.onRequest?.(request('ok'));
    answer(200, jwks);
    for (let i = 0; i < 3; i += 1) {
      const exchange = request('ok');
      expect(filter.onRequest?.(exchange)).toBe(true);
      expect(exchange.metadata?.get('envoy.filters.http.jwt_authn')?.['p']).toMatchObject({ iss: 'iss' });
    }
    expect(registry.renderPrometheus()).toContain(
      'envoy_http_jwt_authn_jwt_cache_hit{envoy_http_conn_manager_prefix="p"} 3',
    );
    clock.advance(3_661_000);
    const late = request('ok');
    filter.onRequest?.(late);
    expect(late.outcome.body).toBe('Jwt is expired');
  });
});

describe('the stores of remote keys', () => {
  const clusterRef = { current: undefined };
  const config = (uri: string) => create(RemoteJwksSchema, { httpUri: create(HttpUriSchema, { uri }) });
  const counter = { add() {} };
  const counters = { success: counter, failed: counter };
  const { callouts } = slowCallouts();

  it('outlive an update that does not change them, up to a bound', () => {
    const stores = createRemoteStores({ clock: createManualClock(), random: () => 0, callouts });
    const first = stores(config('http://k/0'), clusterRef, counters, 'test');
    expect(stores(config('http://k/0'), clusterRef, counters, 'test')).toBe(first);
    for (let i = 1; i <= remoteStoresMax; i += 1) stores(config(`http://k/${i}`), clusterRef, counters, 'test');
    expect(stores(config('http://k/0'), clusterRef, counters, 'test')).not.toBe(first);
  });

  it('let a bounded number of requests wait; more are judged without keys', () => {
    const store = createRemoteStores({ clock: createManualClock(), random: () => 0, callouts })(
      config('http://k/w'),
      clusterRef,
      counters,
      'test',
    );
    let settled = 0;
    for (let i = 0; i <= waitersMax; i += 1) {
      store.fetch(() => {
        settled += 1;
      });
    }
    expect(settled).toBe(1);
  });
});

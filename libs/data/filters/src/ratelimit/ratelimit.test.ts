/** Global rate limits; statuses, flags and headers were taken from a running Envoy 1.40 asking apps/ratelimit. */

import { create, fromBinary, type JsonValue, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Callout, CalloutAnswer, Callouts } from '@weft/data-runtime';
import { createMetricRegistry } from '@weft/telemetry';
import {
  RateLimitResponse_Code as Code,
  RateLimitRequestSchema,
  RateLimitResponseSchema,
  RateLimitResponse_RateLimit_Unit as Unit,
} from '@weft/xds-messages/envoy/service/ratelimit/v3/rls';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { compileJson, compileRouteJson, headerRule, limitedRoute } from '../testing/kinds.ts';
import { createRateLimitKind } from './kind.ts';

type Answer = Parameters<Parameters<Callouts['send']>[1]>[0];

const limit = { name: 'lim', requestsPerUnit: 3, unit: Unit.HOUR };
const statuses = (limitRemaining: number) => [
  {
    code: Code.OK,
    currentLimit: { requestsPerUnit: 50, unit: Unit.SECOND },
    limitRemaining: 49,
    durationUntilReset: { seconds: 1n },
  },
  { code: Code.OK, currentLimit: limit, limitRemaining, durationUntilReset: { seconds: 327n } },
];
const told = (remaining: string) => [
  ...['x-ratelimit-limit', '3, 50;w=1, 3;w=3600;name="lim"'],
  ...['x-ratelimit-remaining', remaining],
  ...['x-ratelimit-reset', '327'],
];
const failure: Answer = { code: 'upstream_timeout', reason: 'too slow' };

function answerOf(message: MessageInitShape<typeof RateLimitResponseSchema>, grpcStatus = '0'): CalloutAnswer {
  const body = Buffer.from(toBinary(RateLimitResponseSchema, create(RateLimitResponseSchema, message)));
  return { status: 200, fields: [], trailers: ['grpc-status', grpcStatus], body };
}

function setUp(config: object, answer: Answer, sync = true) {
  const sent: Callout[] = [];
  const waiting: (() => void)[] = [];
  let cancelled = 0;
  const callouts: Callouts = {
    send(callout, done) {
      sent.push(callout);
      if (sync) done(answer);
      else waiting.push(() => done(answer));
      return () => {
        cancelled += 1;
      };
    },
  };
  const registry = createMetricRegistry();
  const kind = createRateLimitKind({ registry, callouts });
  const rateLimitService = { grpcService: { envoyGrpc: { clusterName: 'rls' } }, transportApiVersion: 'V3' };
  const filter = compileJson(kind, { domain: 'd', rateLimitService, ...config } as JsonValue);
  const run = (fields: readonly string[] = ['x-who', 'me'], own?: unknown) => {
    const exchange = testExchange({ fields });
    exchange.route = limitedRoute([headerRule(['x-who', 'who'], ['x-who', 'again'])]);
    exchange.filterConfig = () => own;
    const passed = filter.onRequest?.(exchange) === true;
    if (exchange.outcome.kind === 'answer') exchange.responseFields.push(...exchange.outcome.fields);
    if (sync) filter.onResponse?.(exchange);
    return { exchange, passed };
  };
  return { sent, waiting, registry, kind, filter, run, cancelled: () => cancelled };
}

describe('ratelimit', () => {
  it('asks for the domain and descriptors of the request, within its time', () => {
    const { sent, run } = setUp({ timeout: '0.25s' }, answerOf({ overallCode: 1 }));
    expect(run().passed).toBe(true);
    expect(sent[0]).toMatchObject({ authority: 'rls', timeoutMs: 250, grpc: true });
    expect(sent[0]?.target).toBe('/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit');
    const { domain, descriptors } = fromBinary(RateLimitRequestSchema, sent[0]?.body ?? Buffer.alloc(0));
    expect([domain, descriptors[0]?.entries.map(({ key, value }) => [key, value])]).toEqual([
      'd',
      [
        ['who', 'me'],
        ['again', 'me'],
      ],
    ]);
  });

  it('waits 20 ms unless told, and does not ask about a request without descriptors', () => {
    const { sent, run } = setUp({}, answerOf({ overallCode: 1 }));
    expect(run([]).passed).toBe(true);
    expect(sent).toEqual([]);
    run();
    expect(sent[0]?.timeoutMs).toBe(20);
  });

  it('lets a request under its limit go on with the headers that the service adds, those that can be written', () => {
    const added = {
      requestHeadersToAdd: [{ key: 'X-Req', value: 'r' }],
      responseHeadersToAdd: [
        { key: 'x-res', value: 's\u010a' },
        ...[':status', 'content-length', 'host', 'x bad'].map((key) => ({ key, value: '1' })),
        { key: 'x-split', value: '1\r\nset-cookie: a=b' },
      ],
    };
    const config = { enableXRatelimitHeaders: 'DRAFT_VERSION_03' };
    const { exchange, passed } = setUp(config, answerOf({ overallCode: 1, statuses: statuses(1), ...added })).run();
    expect(passed).toBe(true);
    expect(exchange.request.fields).toEqual(['x-who', 'me', 'x-req', 'r']);
    expect(exchange.responseFields).toEqual([...told('1'), 'x-res', 's\u00c4\u008a']);
  });

  it('answers 429 over the limit', () => {
    const config = {
      enableXRatelimitHeaders: 'DRAFT_VERSION_03',
      responseHeadersToAdd: [{ header: { key: 'x-l', value: '1' } }],
    };
    const rawBody = Buffer.from('slow down');
    const { exchange, passed } = setUp(config, answerOf({ overallCode: 2, statuses: statuses(0), rawBody })).run();
    expect(passed).toBe(false);
    expect(exchange.outcome).toMatchObject({
      status: 429,
      grpcStatus: -1,
      body: 'slow down',
      details: 'request_rate_limited',
    });
    expect(exchange.responseFields).toEqual(['x-envoy-ratelimited', 'true', 'x-l', '1', ...told('0')]);
    expect(exchange.flag).toBe('RL');
  });

  it('answers with its own status, without the header, and RESOURCE_EXHAUSTED for gRPC', () => {
    const rateLimitedStatus = { code: 'ServiceUnavailable' };
    const config = { rateLimitedStatus, disableXEnvoyRatelimitedHeader: true, rateLimitedAsResourceExhausted: true };
    const { exchange } = setUp(config, answerOf({ overallCode: 2 })).run();
    expect(exchange.outcome).toMatchObject({ status: 503, grpcStatus: 8, fields: [] });
  });

  const failures: readonly (readonly [string, Answer])[] = [
    ['no answer', failure],
    ['an answer with an error', answerOf({ overallCode: 1 }, '14')],
    ['an answer that says nothing', answerOf({})],
    [
      'an answer that does not parse',
      { status: 200, fields: [], trailers: ['grpc-status', '0'], body: Buffer.from([0xff]) },
    ],
  ];
  for (const [what, answer] of failures) {
    it(`goes on after ${what}, or answers 500 where it shall deny`, () => {
      const open = setUp({}, answer).run();
      expect([open.passed, open.exchange.flag]).toEqual([true, '-']);
      const { exchange, passed } = setUp({ failureModeDeny: true }, answer).run();
      expect([passed, exchange.flag]).toEqual([false, 'RLSE']);
      expect(exchange.outcome).toMatchObject({ status: 500, body: '', details: 'rate_limiter_error' });
    });
  }

  it('answers a failure with status_on_error', () => {
    const { exchange } = setUp({ failureModeDeny: true, statusOnError: { code: 'ServiceUnavailable' } }, failure).run();
    expect(exchange.outcome.status).toBe(503);
  });

  it('goes on later, and not at all when the client has gone', () => {
    const { filter, run, waiting, cancelled } = setUp({}, answerOf({ overallCode: 1 }), false);
    const first = run().exchange;
    waiting[0]?.();
    expect(first.outcome.kind).toBe('proceed');
    const second = run().exchange;
    filter.onComplete?.(second);
    waiting[1]?.();
    expect([second.outcome.kind, cancelled()]).toEqual(['none', 1]);
  });

  it('asks for internal or external requests only where it is told to', () => {
    const { sent, run } = setUp({ requestType: 'internal' }, answerOf({ overallCode: 1 }));
    run();
    expect(sent.length).toBe(0);
    run(['x-who', 'me', 'x-envoy-internal', 'true']);
    expect(sent.length).toBe(1);
  });

  it('takes the domain of a route, and refuses what it does not do', () => {
    const { kind, run, sent } = setUp({}, answerOf({ overallCode: 1 }));
    run(undefined, compileRouteJson(kind, { domain: 'own' }));
    expect(fromBinary(RateLimitRequestSchema, sent[0]?.body ?? Buffer.alloc(0)).domain).toBe('own');
    expect(() => setUp({ domain: '' }, failure)).toThrow('domain');
    expect(() => setUp({ requestType: 'x' }, failure)).toThrow('request_type');
    expect(() => setUp({ rateLimitService: {} }, failure)).toThrow('V3');
  });
});

/** What becomes of requests by what an authoriser says; the HTTP rows were taken from a running Envoy 1.40. */

import { create, fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type Callout, type CalloutAnswer, type Callouts, unpack } from '@weft/data-runtime';
import { createSeededRandom, type ErrorCode } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import {
  ExtAuthzPerRouteSchema,
  ExtAuthzSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import { CheckRequestSchema, CheckResponseSchema } from '@weft/xds-messages/envoy/service/auth/v3/external_auth';
import { describe, expect, it } from 'vitest';
import { type TestExchangeOptions, testExchange } from '../testing/exchange.ts';
import { createExtAuthzKind } from './kind.ts';

type Answer = CalloutAnswer | { readonly code: ErrorCode; readonly reason: string };

const authFields = [
  ...['x-a', 'fromauth', 'x-b', 'b', 'set-cookie', 'c=1', 'x-meta', 'mv', 'x-append', 'ap', 'x-client', 'cl'],
  ...['location', '/login', 'www-authenticate', 'Basic', 'content-length', '11', 'date', 'now'],
];
const answerOf = (status: number, more: readonly string[] = []): CalloutAnswer => ({
  status,
  fields: [...authFields, ...more],
  trailers: [],
  body: Buffer.from(status === 200 ? '' : 'denied body \u010a'),
});
const failure: Answer = { code: 'upstream_timeout', reason: 'too slow' };
const xHeaders = { allowedHeaders: { patterns: [{ prefix: 'X-' }] } };

function service(http: object = {}, more: object = {}): JsonValue {
  const serverUri = { uri: 'http://auth.test/u?y=1', cluster: 'z', timeout: '0.3s' };
  return { httpService: { serverUri, ...http }, ...more } as unknown as JsonValue;
}

function setUp(config: JsonValue, answer: Answer) {
  const sent: Callout[] = [];
  const waiting: (() => void)[] = [];
  let sync = true;
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
  const kind = createExtAuthzKind({ random: createSeededRandom(1), registry, callouts, ownUri: () => 'spiffe://own' });
  const clusterRef = () => ({ current: undefined });
  const message = anyPack(ExtAuthzSchema, fromJson(ExtAuthzSchema, config));
  unpack(message, ExtAuthzSchema, 'test', kind.supported);
  const filter = kind.compile(message, 'ea', { clusterRef, direction: 'inbound', statPrefix: 'p' }, 'test');
  const perRoute = (own: JsonValue) =>
    kind.compilePerRoute?.(
      anyPack(ExtAuthzPerRouteSchema, fromJson(ExtAuthzPerRouteSchema, own)),
      { clusterRef },
      'test',
    );
  const later = () => {
    sync = false;
  };
  return { filter, sent, waiting, perRoute, later, registry, cancelled: () => cancelled };
}

function run(config: JsonValue, answer: Answer, options: TestExchangeOptions = {}, body?: string) {
  const made = setUp(config, answer);
  const exchange = testExchange({ target: '/p?q=1', authority: 'a.test', ...options });
  if (body !== undefined) {
    exchange.request.framing = 'length';
    exchange.readRequestBody = (max, done) => done(Buffer.from(body.slice(0, max)), body.length <= max);
  }
  const on = made.filter?.onRequest?.(exchange);
  return { ...made, exchange, on };
}

describe('ext_authz over HTTP', () => {
  it('asks with method, path, host and authorization, and nothing else unless told', () => {
    const fields = ['authorization', 'A', 'cookie', 'k=v', 'x-y', '1'];
    const { sent, on, exchange } = run(service(), answerOf(200), { method: 'POST', fields });
    expect(on).toBe(true);
    expect(sent[0]).toMatchObject({
      method: 'POST',
      authority: 'a.test',
      target: '/p?q=1',
      timeoutMs: 300,
      grpc: false,
    });
    expect(sent[0]?.fields).toEqual(['content-length', '0', 'authorization', 'A']);
    expect(exchange.request.fields).toEqual(fields);
  });

  it('asks at a path under its prefix, with the headers that are allowed and added', () => {
    const headersToAdd = [
      { key: 'x-added', value: 'v' },
      { key: 'X-Want2', value: 'w' },
    ];
    const config = service({ pathPrefix: '/check', authorizationRequest: { headersToAdd } }, xHeaders);
    const { sent } = run(config, answerOf(200), { fields: ['x-want', '1', 'x-added', 'mine', 'y', '2'] });
    expect(sent[0]?.target).toBe('/check/p?q=1');
    expect(sent[0]?.fields).toEqual(['content-length', '0', 'x-want', '1', 'x-added', 'v', 'x-want2', 'w']);
  });

  const response = {
    allowedUpstreamHeaders: { patterns: [{ exact: 'x-a' }] },
    allowedUpstreamHeadersToAppend: { patterns: [{ exact: 'x-append' }] },
    allowedClientHeaders: { patterns: [{ exact: 'x-b' }] },
    allowedClientHeadersOnSuccess: { patterns: [{ exact: 'x-client' }] },
    dynamicMetadataFromHeaders: { patterns: [{ exact: 'x-meta' }] },
  };

  it('gives the endpoint and the client the headers that are listed', () => {
    const fields = ['x-a', 'orig', 'x-append', 'o', 'x-rm', '1', 'authorization', 'A'];
    const answer = answerOf(200, ['x-envoy-auth-headers-to-remove', 'x-rm, authorization']);
    const { exchange, filter } = run(service({ authorizationResponse: response }), answer, { fields });
    expect(exchange.request.fields).toEqual(['x-a', 'fromauth', 'x-append', 'o', 'x-append', 'ap']);
    expect(exchange.metadata?.get('envoy.filters.http.ext_authz')).toEqual({ 'x-meta': 'mv' });
    filter?.onResponse?.(exchange);
    expect(exchange.responseFields).toEqual(['x-client', 'cl']);
  });

  it('answers a refusal with the headers that are listed, and always those of a login', () => {
    const { exchange, on } = run(service({ authorizationResponse: response }), answerOf(302));
    expect(on).toBe(false);
    expect(exchange.outcome).toMatchObject({
      status: 302,
      body: Buffer.from('denied body \u010a'),
      details: 'ext_authz_denied',
    });
    expect(exchange.outcome.fields).toEqual(['x-b', 'b', 'location', '/login', 'www-authenticate', 'Basic']);
    expect(exchange.flag).toBe('UAEX');
  });

  it('answers a refusal with all headers where none are listed', () => {
    expect(run(service(), answerOf(401)).exchange.outcome.fields).toEqual(authFields.slice(0, -4));
  });

  const outcomes = [
    ['500 of the authoriser', service(), answerOf(500), 403, 'ext_authz_error'],
    ['no answer', service(), failure, 403, 'ext_authz_error'],
    ['no answer', service({}, { statusOnError: { code: 'ServiceUnavailable' } }), failure, 503, 'ext_authz_error'],
    ['201 of the authoriser', service(), answerOf(201), 201, 'ext_authz_denied'],
    ['a refusal', service({}, { failureModeAllow: true }), answerOf(403), 403, 'ext_authz_denied'],
  ] as const;
  for (const [what, config, answer, status, details] of outcomes) {
    it(`makes ${status} ${details} of ${what}`, () => {
      const { exchange } = run(config, answer);
      expect(exchange.outcome).toMatchObject({ kind: 'answer', status, details });
      expect(exchange.flag).toBe('UAEX');
    });
  }

  it('lets pass what it could not judge where that is allowed, and says so', () => {
    const { exchange, on } = run(service({}, { failureModeAllow: true, failureModeAllowHeaderAdd: true }), failure);
    expect(on).toBe(true);
    expect(exchange.request.fields).toEqual(['x-envoy-auth-failure-mode-allowed', 'true']);
    expect(run(service({}, { failureModeAllow: true }), answerOf(503)).exchange.request.fields).toEqual([]);
  });

  it('sends the body up to its bound; more of it is refused or cut', () => {
    const config = (allowPartialMessage: boolean) =>
      service({}, { withRequestBody: { maxRequestBytes: 5, allowPartialMessage } });
    const whole = run(config(false), answerOf(200), {}, 'hello').sent[0];
    expect([whole?.body.toString(), whole?.fields]).toEqual([
      'hello',
      ['content-length', '5', 'x-envoy-auth-partial-body', 'false'],
    ]);
    const over = run(config(false), answerOf(200), {}, 'hello w');
    expect(over.sent).toEqual([]);
    expect(over.exchange.outcome).toMatchObject({
      status: 413,
      body: 'Payload Too Large',
      details: 'request_payload_too_large',
    });
    expect(over.exchange.flag).toBe('-');
    const partial = run(config(true), answerOf(200), {}, 'hello w').sent[0];
    expect([partial?.body.toString(), partial?.fields.at(-1)]).toEqual(['hello', 'true']);
    expect(run(config(true), answerOf(200)).sent[0]?.fields).toEqual(['content-length', '0']);
  });

  it('does nothing for requests that it is not enabled for, or refuses them', () => {
    const filterEnabled = { defaultValue: { numerator: 0 } };
    expect(run(service({}, { filterEnabled }), answerOf(403))).toMatchObject({ on: true, sent: [] });
    const denyAtDisable = { defaultValue: true, runtimeKey: 'k' };
    const { exchange } = run(service({}, { filterEnabled, denyAtDisable }), answerOf(200));
    expect(exchange.outcome).toMatchObject({ status: 403, details: 'ext_authz_error' });
    const path = [{ key: 'istio_ext_authz_shadow_effective_policy_id' }];
    const filterEnabledMetadata = { filter: 'envoy.filters.http.rbac', path, value: { presentMatch: true } };
    expect(run(service({}, { filterEnabledMetadata }), answerOf(403))).toMatchObject({ on: true, sent: [] });
  });

  it('waits, goes on when it is let, and gives up with the request', () => {
    const made = setUp(service(), answerOf(200));
    made.later();
    const [first, second] = [testExchange(), testExchange()];
    for (const exchange of [first, second]) expect(made.filter?.onRequest?.(exchange)).toBe(false);
    made.filter?.onComplete?.(second);
    expect(made.cancelled()).toBe(1);
    for (const answer of made.waiting) answer();
    expect([first.outcome.kind, second.outcome.kind]).toEqual(['proceed', 'none']);
  });

  it('does for a route what its per-route configuration says', () => {
    const made = setUp(service({}, { withRequestBody: { maxRequestBytes: 5 } }), answerOf(200));
    const exchange = testExchange();
    exchange.filterConfig = () => made.perRoute({ disabled: true });
    expect(made.filter?.onRequest?.(exchange)).toBe(true);
    expect(made.sent).toEqual([]);
    exchange.filterConfig = () => made.perRoute({ checkSettings: { disableRequestBodyBuffering: true } });
    exchange.request.framing = 'chunked';
    expect(made.filter?.onRequest?.(exchange)).toBe(true);
    expect(made.sent[0]?.fields).toEqual(['content-length', '0']);
  });

  it('chooses the route again after a change of the request, where it is told to', () => {
    for (const [clearRouteCache, status, wanted] of [
      [true, 200, 1],
      [false, 200, 0],
    ] as const) {
      const made = setUp(service({ authorizationResponse: response }, { clearRouteCache }), answerOf(status));
      const exchange = testExchange();
      let rerouted = 0;
      exchange.reroute = () => {
        rerouted += 1;
        return true;
      };
      expect(made.filter?.onRequest?.(exchange)).toBe(true);
      expect(rerouted).toBe(wanted);
    }
  });
});

describe('ext_authz over gRPC', () => {
  const config = {
    grpcService: { envoyGrpc: { clusterName: 'z' }, initialMetadata: [{ key: 'X-M', value: '1' }] },
    transportApiVersion: 'V3',
    includePeerCertificate: true,
    metadataContextNamespaces: ['ns'],
  };
  const grpcAnswer = (json: JsonValue): CalloutAnswer => ({
    status: 200,
    fields: [],
    trailers: ['grpc-status', '0'],
    body: Buffer.from(toBinary(CheckResponseSchema, fromJson(CheckResponseSchema, json))),
  });

  it('tells the request, who called whom, and the metadata asked for', () => {
    const made = setUp(config, grpcAnswer({}));
    const exchange = testExchange({
      target: '/p?q=1',
      authority: 'a.test',
      fields: ['x', '1', 'x', '2', 'x-request-id', 'i'],
    });
    exchange.metadata = new Map([
      ['ns', { k: 'v' }],
      ['other', { k: 'v' }],
    ]);
    const own = { checkSettings: { contextExtensions: { e: 'f' } } };
    exchange.filterConfig = () => made.perRoute(own);
    expect(made.filter?.onRequest?.(exchange)).toBe(true);
    const [callout] = made.sent;
    expect(callout).toMatchObject({
      grpc: true,
      authority: 'z',
      target: '/envoy.service.auth.v3.Authorization/Check',
      timeoutMs: 200,
    });
    expect(callout?.fields).toEqual(['content-type', 'application/grpc', 'te', 'trailers', 'x-m', '1']);
    const { attributes } = fromBinary(CheckRequestSchema, callout?.body ?? Buffer.alloc(0));
    expect(attributes?.source?.principal).toBe('spiffe://cluster.local/ns/shop/sa/order');
    expect(attributes?.destination?.principal).toBe('spiffe://own');
    expect(attributes?.contextExtensions).toEqual({ e: 'f' });
    expect(attributes?.metadataContext?.filterMetadata).toEqual({ ns: { k: 'v' } });
    const http = attributes?.request?.http;
    expect(http).toMatchObject({ method: 'GET', path: '/p?q=1', host: 'a.test', scheme: 'https', id: 'i' });
    expect(http?.headers).toMatchObject({ ':path': '/p?q=1', ':method': 'GET', ':authority': 'a.test', x: '1,2' });
  });

  it('changes headers and query as the authoriser says', () => {
    const okResponse = {
      headers: [
        { header: { key: 'x-set', value: 'n' } },
        { header: { key: 'x-app', value: 'n' }, append: true },
        { header: { key: 'x-none', value: 'n' }, append: true },
        { header: { key: 'x-set', value: 'late' }, appendAction: 'ADD_IF_ABSENT' },
        { header: { key: 'x-bad', value: 'a\r\nb' } },
      ],
      headersToRemove: ['X-Rm', 'host', ':path'],
      responseHeadersToAdd: [{ header: { key: 'x-resp', value: 'r' } }],
      queryParametersToSet: [
        { key: 'q', value: '2 3' },
        { key: 'n', value: '4' },
      ],
      queryParametersToRemove: ['gone'],
    };
    const made = setUp(config, grpcAnswer({ okResponse, dynamicMetadata: { k: 1 } } as unknown as JsonValue));
    const fields = ['x-set', 'o', 'x-app', 'o', 'x-rm', '1'];
    const exchange = testExchange({ target: '/p?q=1&gone=1&z', fields });
    expect(made.filter?.onRequest?.(exchange)).toBe(true);
    expect(exchange.request.fields).toEqual(['x-set', 'n', 'x-app', 'o', 'x-app', 'n']);
    expect(exchange.query).toBe('q=2%203&z&n=4');
    expect(exchange.metadata?.get('envoy.filters.http.ext_authz')).toEqual({ k: 1 });
    made.filter?.onResponse?.(exchange);
    expect(exchange.responseFields).toEqual(['x-resp', 'r']);
  });

  it('refuses as the authoriser says, without what would split the answer; 403 where it does not say how', () => {
    const deniedResponse = {
      status: { code: 'Unauthorized' },
      headers: [
        { header: { key: 'X-D', value: 'caf\u00e9' } },
        // Its character is a line feed where only the low octet is written.
        { header: { key: 'x-wide', value: '\u010a' } },
        { header: { key: 'x-split', value: '1\r\nset-cookie: a=b' } },
        { header: { key: 'x split', value: '1' } },
        { header: { key: 'content-length', value: '7' } },
        { header: { key: ':status', value: '200' } },
      ],
      body: 'no',
    };
    const denied = run(config, grpcAnswer({ status: { code: 7 }, deniedResponse } as unknown as JsonValue)).exchange;
    expect(denied.outcome).toMatchObject({
      status: 401,
      body: 'no',
      fields: ['x-d', 'caf\u00c3\u00a9', 'x-wide', '\u00c4\u008a'],
      details: 'ext_authz_denied',
    });
    expect(run(config, grpcAnswer({ status: { code: 7 } })).exchange.outcome).toMatchObject({ status: 403, body: '' });
  });

  it('takes a gRPC failure and an answer that does not parse for an error', () => {
    const unavailable = { ...grpcAnswer({}), trailers: ['grpc-status', '14'] };
    const garbage = { ...grpcAnswer({}), body: Buffer.from([255, 255, 255]) };
    for (const answer of [unavailable, garbage, failure]) {
      expect(run(config, answer).exchange.outcome).toMatchObject({ status: 403, details: 'ext_authz_error' });
    }
  });
});

describe('the configuration of ext_authz', () => {
  const refused = [
    ['neither grpc_service nor http_service', {}],
    ['transport_api_version must be V3', { grpcService: { envoyGrpc: { clusterName: 'z' } } }],
    ['google_grpc is not supported', { grpcService: { googleGrpc: { targetUri: 'x' } }, transportApiVersion: 'V3' }],
    ['path_prefix must begin', service({ pathPrefix: 'x' })],
    ['max_request_bytes', service({}, { withRequestBody: {} })],
  ] as const;
  for (const [problem, config] of refused) {
    it(`is refused by name: ${problem}`, () => {
      expect(() => setUp(config as JsonValue, failure)).toThrow(problem);
    });
  }

  it('of a route needs one of its two forms', () => {
    const empty = anyPack(ExtAuthzPerRouteSchema, create(ExtAuthzPerRouteSchema));
    const kind = createExtAuthzKind({
      random: () => 0,
      registry: createMetricRegistry(),
      callouts: { send: () => () => {} },
    });
    const context = { clusterRef: () => ({ current: undefined }) };
    expect(() => kind.compilePerRoute?.(empty, context, 'test')).toThrow('disabled or check_settings');
  });
});

/** Injected faults: delays and aborts, by percentage, by field, per route. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, perFilter, route } from './parts.ts';

const message = 'extensions.filters.http.fault.v3.HTTPFault';
const fault = (config: JsonObject): readonly JsonObject[] => [filter('envoy.filters.http.fault', message, config)];
const all = { numerator: 100 };
const none = { numerator: 0 };
const grpcHeaders = ['content-type: application/grpc', 'te: trailers'];

export const faultCases: readonly TrafficCase[] = [
  {
    name: 'an abort answers with its status, FI and a body of its own',
    routes: [route('a')],
    filters: fault({ abort: { http_status: 418, percentage: all } }),
    requests: [
      {
        send: 'GET /',
        see: { status: 418, flag: 'FI', details: 'fault_filter_abort', body: 'fault filter abort', attempts: 0 },
      },
      { send: 'GET /', http2: true, see: { status: 418, flag: 'FI' } },
    ],
  },
  {
    name: 'an abort of a gRPC request is a gRPC status',
    routes: [route('a')],
    filters: fault({ abort: { http_status: 503, percentage: all } }),
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: grpcHeaders,
        see: { status: 200, flag: 'FI', headers: { 'grpc-status': '14', 'grpc-message': 'fault filter abort' } },
      },
    ],
  },
  {
    name: 'an abort may name a gRPC status',
    routes: [route('a')],
    filters: fault({ abort: { grpc_status: 5, percentage: all } }),
    requests: [
      { send: 'POST /s/m', http2: true, headers: grpcHeaders, see: { status: 200, headers: { 'grpc-status': '5' } } },
      { send: 'GET /', see: { status: 200, flag: 'FI', attempts: 0, headers: { 'grpc-status': undefined } } },
    ],
  },
  {
    name: 'an abort of zero percent does nothing',
    routes: [route('a')],
    filters: fault({ abort: { http_status: 500, percentage: none } }),
    requests: [{ send: 'GET /', times: 5, see: { tally: { '200 -': 5 } } }],
  },
  {
    name: 'a delay puts a request off and is logged as DI',
    routes: [route('a')],
    filters: fault({ delay: { fixed_delay: '0.15s', percentage: all } }),
    requests: [{ send: 'GET /', see: { status: 200, flag: 'DI', atLeastMs: 140, lessThanMs: 1_000 } }],
  },
  {
    name: 'a delay goes before an abort',
    routes: [route('a')],
    filters: fault({ delay: { fixed_delay: '0.1s', percentage: all }, abort: { http_status: 503, percentage: all } }),
    requests: [{ send: 'GET /', see: { status: 503, flag: 'DI,FI', atLeastMs: 95 } }],
  },
  {
    name: 'a fault concerns the requests whose fields match',
    routes: [route('a')],
    filters: fault({
      headers: [{ name: 'end-user', string_match: { exact: 'jason' } }],
      abort: { http_status: 500, percentage: all },
    }),
    requests: [
      { send: 'GET /', headers: ['end-user: jason'], see: { status: 500, flag: 'FI' } },
      { send: 'GET /', headers: ['end-user: Jason'], see: { status: 200, flag: '-' } },
      { send: 'GET /', see: { status: 200 } },
    ],
  },
  {
    name: 'a fault concerns the cluster that it names',
    routes: [
      { match: { prefix: '/a' }, route: { cluster: 'a', timeout: '0s' } },
      { match: { prefix: '/b' }, route: { cluster: 'b', timeout: '0s' } },
    ],
    filters: fault({ upstream_cluster: '@cluster:a', abort: { http_status: 500, percentage: all } }),
    requests: [
      { send: 'GET /a', see: { status: 500, flag: 'FI' } },
      { send: 'GET /b', see: { status: 200 } },
    ],
  },
  {
    name: 'a fault of the route replaces that of the listener',
    routes: [
      {
        match: { prefix: '/own' },
        route: { cluster: 'a', timeout: '0s' },
        ...perFilter('envoy.filters.http.fault', message, { abort: { http_status: 418, percentage: all } }),
      },
      {
        match: { prefix: '/free' },
        route: { cluster: 'a', timeout: '0s' },
        ...perFilter('envoy.filters.http.fault', message, {}),
      },
      route('a'),
    ],
    filters: fault({ abort: { http_status: 500, percentage: all } }),
    requests: [
      { send: 'GET /own', see: { status: 418 } },
      { send: 'GET /free', see: { status: 200 } },
      { send: 'GET /', see: { status: 500 } },
    ],
  },
  {
    name: 'an empty fault filter, as Istio writes it, waits for the route',
    routes: [
      {
        match: { prefix: '/f' },
        route: { cluster: 'a', timeout: '0s' },
        ...perFilter('envoy.filters.http.fault', message, {
          abort: { http_status: 555, percentage: { numerator: 1_000_000, denominator: 'MILLION' } },
        }),
      },
      route('a'),
    ],
    filters: fault({}),
    requests: [
      { send: 'GET /f', see: { status: 555, flag: 'FI' } },
      { send: 'GET /', see: { status: 200, flag: '-' } },
    ],
  },
  {
    name: 'the client asks for an abort where header_abort is set',
    routes: [route('a')],
    filters: fault({ abort: { header_abort: {}, percentage: all } }),
    requests: [
      { send: 'GET /', headers: ['x-envoy-fault-abort-request: 429'], see: { status: 429, flag: 'FI' } },
      {
        send: 'GET /',
        headers: ['x-envoy-fault-abort-request: 429', 'x-envoy-fault-abort-request-percentage: 0'],
        see: { status: 200 },
      },
      { send: 'GET /', headers: ['x-envoy-fault-abort-request: 42'], see: { status: 200 } },
      { send: 'GET /', see: { status: 200 } },
    ],
  },
  {
    name: 'the client asks for a delay where header_delay is set',
    routes: [route('a')],
    filters: fault({ delay: { header_delay: {}, percentage: all } }),
    requests: [
      {
        send: 'GET /',
        headers: ['x-envoy-fault-delay-request: 150'],
        see: { status: 200, flag: 'DI', atLeastMs: 140 },
      },
      { send: 'GET /', see: { status: 200, flag: '-', lessThanMs: 140 } },
    ],
  },
  {
    name: 'max_active_faults of zero injects nothing',
    routes: [route('a')],
    filters: fault({ max_active_faults: 0, abort: { http_status: 500, percentage: all } }),
    requests: [{ send: 'GET /', see: { status: 200, flag: '-' } }],
  },
  {
    name: 'max_active_faults of one delays one request of several at once',
    routes: [route('a')],
    filters: fault({ max_active_faults: 1, delay: { fixed_delay: '0.2s', percentage: all } }),
    requests: [{ send: 'GET /', times: 3, parallel: true, see: { tally: { '200 DI': 1, '200 -': 2 } } }],
  },
  {
    name: 'a fault on a request with a body answers before the body has come',
    routes: [route('a')],
    filters: fault({ abort: { http_status: 503, percentage: all } }),
    requests: [{ send: 'POST /', bodyBytes: 1_000, see: { status: 503, flag: 'FI', attempts: 0 } }],
    ignore: { fields: ['headers'], because: 'early-answer-keeps-connection: a field Connection tells it' },
  },
];

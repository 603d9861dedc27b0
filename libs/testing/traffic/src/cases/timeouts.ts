/** Timeouts: of the route, of the client's own wish, idle, of streams, of connections. */

import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { fromInside, route } from './parts.ts';

const slow: Pick<CaseRequest, 'send' | 'headers'> = { send: 'GET /slow', headers: ['x-do: delay=600'] };
const grpcHeaders = ['content-type: application/grpc', 'te: trailers', 'x-do: delay=600'];

export const timeoutCases: readonly TrafficCase[] = [
  {
    name: 'the timeout of a route answers 504 with UT',
    routes: [route('a', { timeout: '0.1s' })],
    requests: [
      {
        ...slow,
        see: {
          status: 504,
          flag: 'UT',
          details: 'response_timeout',
          body: 'upstream request timeout',
          atLeastMs: 95,
          lessThanMs: 550,
        },
      },
      { send: 'GET /', see: { status: 200, flag: '-', upstream: { 'x-envoy-expected-rq-timeout-ms': '100' } } },
    ],
  },
  {
    name: 'a timeout of zero never ends a request',
    routes: [route('a', { timeout: '0s' })],
    requests: [
      { ...slow, see: { status: 200, atLeastMs: 590, upstream: { 'x-envoy-expected-rq-timeout-ms': undefined } } },
    ],
  },
  {
    name: 'a timeout after the answer has begun cuts it',
    routes: [route('a', { timeout: '0.15s' })],
    requests: [
      { send: 'GET /', http2: true, headers: ['x-do: body=10; delay=20'], see: { status: 200, body: 'xxxxxxxxxx' } },
    ],
  },
  {
    name: 'x-envoy-upstream-rq-timeout-ms of the client replaces the timeout and is not passed on',
    routes: [route('a', { timeout: '5s' })],
    manager: fromInside,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=600', 'x-envoy-upstream-rq-timeout-ms: 100'],
        see: { status: 504, flag: 'UT', lessThanMs: 550, upstream: { 'x-envoy-upstream-rq-timeout-ms': undefined } },
      },
      {
        send: 'GET /',
        headers: ['x-envoy-upstream-rq-timeout-ms: nonsense'],
        see: { status: 200, upstream: { 'x-envoy-expected-rq-timeout-ms': '5000' } },
      },
    ],
  },
  {
    name: 'x-envoy-expected-rq-timeout-ms of the client is not believed without respect_expected_rq_timeout',
    routes: [route('a', { timeout: '3s' })],
    requests: [
      {
        send: 'GET /',
        headers: ['x-envoy-expected-rq-timeout-ms: 77'],
        see: { status: 200, upstream: { 'x-envoy-expected-rq-timeout-ms': '3000' } },
      },
    ],
  },
  {
    name: 'grpc-timeout is the timeout where max_stream_duration gives grpc_timeout_header_max',
    routes: [route('a', { timeout: '5s', max_stream_duration: { grpc_timeout_header_max: '0s' } })],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: [...grpcHeaders, 'grpc-timeout: 100m'],
        see: { status: 200, headers: { 'grpc-status': '4' }, lessThanMs: 550, flag: '-' },
      },
    ],
  },
  {
    name: 'grpc_timeout_header_max shortens a long grpc-timeout',
    routes: [route('a', { max_stream_duration: { grpc_timeout_header_max: '0.1s' } })],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: [...grpcHeaders, 'grpc-timeout: 10S'],
        see: { status: 200, headers: { 'grpc-status': '4' }, lessThanMs: 550 },
      },
    ],
  },
  {
    name: 'grpc_timeout_header_offset makes the timeout shorter than the client asks',
    routes: [
      route('a', { max_stream_duration: { grpc_timeout_header_max: '0s', grpc_timeout_header_offset: '0.9s' } }),
    ],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: [...grpcHeaders, 'grpc-timeout: 1S'],
        see: { headers: { 'grpc-status': '4' }, lessThanMs: 550 },
      },
    ],
  },
  {
    name: 'max_stream_duration of a route ends the stream with 504 and no flag',
    routes: [route('a', { max_stream_duration: { max_stream_duration: '0.1s' } })],
    requests: [{ ...slow, see: { status: 504, details: 'max_duration_timeout', lessThanMs: 550 } }],
  },
  {
    name: 'max_stream_duration of the manager holds for every stream',
    routes: [route('a')],
    manager: { common_http_protocol_options: { max_stream_duration: '0.1s' } },
    requests: [{ ...slow, see: { status: 504, flag: '-', details: 'max_duration_timeout', lessThanMs: 550 } }],
  },
  {
    name: 'a route may take max_stream_duration away',
    routes: [route('a', { max_stream_duration: { max_stream_duration: '0s' } })],
    manager: { common_http_protocol_options: { max_stream_duration: '0.1s' } },
    requests: [{ ...slow, see: { status: 200 } }],
  },
  {
    name: 'stream_idle_timeout ends a stream on which nothing moves with 408 and SI',
    routes: [route('a')],
    manager: { stream_idle_timeout: '0.1s' },
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=600'],
        see: { status: 504, flag: 'SI', details: 'stream_idle_timeout', lessThanMs: 550 },
      },
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ncontent-length: 10\r\n\r\nabc',
        see: { status: 408, flag: 'SI', details: 'stream_idle_timeout', body: 'stream timeout' },
      },
    ],
  },
  {
    name: 'idle_timeout of a route replaces that of the manager',
    routes: [
      { match: { prefix: '/long' }, route: { cluster: 'a', timeout: '0s', idle_timeout: '0s' } },
      { match: { prefix: '/' }, route: { cluster: 'a', timeout: '0s', idle_timeout: '0.1s' } },
    ],
    manager: { stream_idle_timeout: '0.2s' },
    requests: [
      { send: 'GET /long', headers: ['x-do: delay=500'], see: { status: 200 } },
      { ...slow, see: { status: 504, flag: 'SI', lessThanMs: 550 } },
    ],
  },
  {
    name: 'request_timeout is the time for the whole request to come',
    routes: [route('a')],
    manager: { request_timeout: '0.1s' },
    requests: [
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ncontent-length: 10\r\n\r\nabc',
        see: { status: 408, details: 'request_overall_timeout', body: 'request timeout' },
      },
      { send: 'GET /', headers: ['x-do: delay=300'], see: { status: 200 } },
    ],
  },
  {
    name: 'request_headers_timeout is the time for the head to come',
    routes: [route('a')],
    manager: { request_headers_timeout: '0.1s' },
    requests: [
      { send: 'GET /', raw: 'GET / HTTP/1.1\r\nhost: x\r\n', see: { status: 408, details: 'request_header_timeout' } },
    ],
  },
  {
    name: 'idle_timeout of the manager closes a connection without requests',
    routes: [route('a')],
    manager: { common_http_protocol_options: { idle_timeout: '0.1s' } },
    requests: [{ send: 'GET /', raw: '', unlogged: true, see: { status: 0, lessThanMs: 2_000 } }],
  },
  {
    name: 'idle_timeout of a cluster closes the connection to the endpoint, and the next request opens another',
    routes: [route('idle')],
    clusters: { idle: { endpoints: ['a'], merge: { common_http_protocol_options: { idle_timeout: '0.05s' } } } },
    requests: [
      { send: 'GET /', see: { status: 200 } },
      { send: 'GET /', see: { status: 200 } },
    ],
  },
  {
    name: 'per_try_idle_timeout ends a try on which nothing moves',
    routes: [route('a', { retry_policy: { retry_on: '5xx', num_retries: 1, per_try_idle_timeout: '0.1s' } })],
    requests: [
      { send: 'GET /', headers: ['x-do: delay=600; times=1'], see: { status: 200, attempts: 2 } },
      { send: 'GET /', headers: ['x-do: delay=600'], see: { status: 504, attempts: 2, lessThanMs: 550 } },
    ],
  },
];

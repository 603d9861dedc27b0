/** Retries: when, how often, where to, and what the client sees of them. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { fromInside, route } from './parts.ts';

const policy = (retry_on: string, more: JsonObject = {}): JsonObject => ({
  retry_policy: {
    retry_on,
    num_retries: 2,
    retry_back_off: { base_interval: '0.005s', max_interval: '0.01s' },
    ...more,
  },
});

function retryCase(name: string, retry: JsonObject, requests: readonly CaseRequest[], cluster = 'a'): TrafficCase {
  return { name, routes: [route(cluster, retry)], requests };
}

const does = (words: string): { readonly send: string; readonly headers: readonly string[] } => ({
  send: 'GET /retry',
  headers: [`x-do: ${words}`],
});

export const retryCases: readonly TrafficCase[] = [
  retryCase('retry_on 5xx retries a 500, a reset and a refused connection, not a 404', policy('5xx'), [
    { ...does('status=500; times=1'), see: { status: 200, attempts: 2, flag: '-' } },
    { ...does('reset; times=1'), see: { status: 200, attempts: 2 } },
    { ...does('close; times=2'), see: { status: 200, attempts: 3 } },
    { ...does('status=404; times=1'), see: { status: 404, attempts: 1 } },
  ]),
  retryCase('the last answer is handed on with URX when the retries are used up', policy('5xx'), [
    {
      ...does('status=503; body=7'),
      see: { status: 503, attempts: 3, flag: 'URX', body: 'xxxxxxx', details: 'via_upstream' },
    },
  ]),
  retryCase('retry_on gateway-error takes 502, 503 and 504 only', policy('gateway-error'), [
    { ...does('status=502; times=1'), see: { status: 200, attempts: 2 } },
    { ...does('status=503; times=1'), see: { status: 200, attempts: 2 } },
    { ...does('status=504; times=1'), see: { status: 200, attempts: 2 } },
    { ...does('status=500; times=1'), see: { status: 500, attempts: 1, flag: '-' } },
  ]),
  retryCase('retry_on reset takes a connection that breaks before the answer, not a 503', policy('reset'), [
    { ...does('reset; times=1'), see: { status: 200, attempts: 2 } },
    { ...does('status=503; times=1'), see: { status: 503, attempts: 1 } },
  ]),
  retryCase('retry_on reset-before-request leaves a request alone that was sent', policy('reset-before-request'), [
    { ...does('reset; times=1'), see: { status: 503, attempts: 1, flag: 'UC' } },
  ]),
  retryCase('retry_on connect-failure leaves a request alone that was sent', policy('connect-failure'), [
    { ...does('reset; times=1'), see: { status: 503, attempts: 1, flag: 'UC' } },
    { ...does('status=503; times=1'), see: { status: 503, attempts: 1 } },
  ]),
  retryCase(
    'retry_on connect-failure on refused connections ends in 503 with URX,UF',
    policy('connect-failure'),
    [{ send: 'GET /', see: { status: 503, attempts: 0 } }],
    'closed',
  ),
  retryCase('retry_on retriable-4xx takes a 409 only', policy('retriable-4xx'), [
    { ...does('status=409; times=1'), see: { status: 200, attempts: 2 } },
    { ...does('status=429; times=1'), see: { status: 429, attempts: 1 } },
    { ...does('status=500; times=1'), see: { status: 500, attempts: 1 } },
  ]),
  retryCase(
    'retriable_status_codes are retried where the word is given',
    policy('retriable-status-codes', { retriable_status_codes: [418, 403] }),
    [
      { ...does('status=418; times=1'), see: { status: 200, attempts: 2 } },
      { ...does('status=403; times=2'), see: { status: 200, attempts: 3 } },
      { ...does('status=503; times=1'), see: { status: 503, attempts: 1 } },
    ],
  ),
  retryCase(
    'retriable_status_codes without their word are not retried',
    policy('reset', { retriable_status_codes: [418] }),
    [{ ...does('status=418; times=1'), see: { status: 418, attempts: 1 } }],
  ),
  retryCase(
    'retriable_headers in the answer make a retry',
    policy('retriable-headers', { retriable_headers: [{ name: 'x-again', string_match: { exact: 'yes' } }] }),
    [
      { ...does('header=x-again:yes; times=1'), see: { status: 200, attempts: 2, headers: { 'x-again': undefined } } },
      { ...does('header=x-again:no; times=1'), see: { status: 200, attempts: 1, headers: { 'x-again': 'no' } } },
    ],
  ),
  retryCase(
    'retriable_request_headers say which requests may be retried',
    policy('5xx', { retriable_request_headers: [{ name: ':method', string_match: { exact: 'GET' } }] }),
    [
      { ...does('status=500; times=1'), see: { status: 200, attempts: 2 } },
      { ...does('status=500; times=1'), send: 'POST /', body: 'b', see: { status: 500, attempts: 1 } },
    ],
  ),
  retryCase('a retry sends the whole body again', policy('5xx'), [
    {
      ...does('status=500; times=2'),
      send: 'POST /',
      body: 'precious',
      see: { status: 200, attempts: 3, upstreamBody: 'precious' },
    },
    { ...does('status=500; times=1'), send: 'POST /', bodyBytes: 40_000, see: { status: 200, attempts: 2 } },
    {
      ...does('status=500; times=1'),
      send: 'PUT /',
      body: 'h2',
      http2: true,
      see: { status: 200, attempts: 2, upstreamBody: 'h2' },
    },
  ]),
  {
    name: 'a body over the buffer limit is sent whole and never again',
    routeConfig: {
      virtual_hosts: [
        { name: 'small', domains: ['*'], per_request_buffer_limit_bytes: 1000, routes: [route('a', policy('5xx'))] },
      ],
    },
    requests: [
      { ...does('status=500; times=1'), send: 'POST /', bodyBytes: 500, see: { status: 200, attempts: 2 } },
      { ...does('status=500; times=1'), send: 'POST /', bodyBytes: 5_000, see: { status: 500, attempts: 1 } },
    ],
  },
  {
    name: 'x-envoy-max-retries and x-envoy-retry-on of the client are honoured, and not passed on',
    routes: [
      route('a', { retry_policy: { retry_on: 'reset', num_retries: 1, retry_back_off: { base_interval: '0.005s' } } }),
    ],
    manager: fromInside,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: status=503; times=3', 'x-envoy-retry-on: 5xx', 'x-envoy-max-retries: 3'],
        see: {
          status: 200,
          attempts: 4,
          upstream: { 'x-envoy-max-retries': undefined, 'x-envoy-retry-on': undefined },
        },
      },
      {
        send: 'GET /',
        headers: ['x-do: status=503; times=1', 'x-envoy-max-retries: 3'],
        see: { status: 503, attempts: 1 },
      },
      {
        send: 'GET /',
        headers: [
          'x-do: status=410; times=1',
          'x-envoy-retry-on: retriable-status-codes',
          'x-envoy-retriable-status-codes: 409,410',
        ],
        see: { status: 200, attempts: 2 },
      },
    ],
  },
  {
    name: 'x-envoy-retry-on makes a retry without any policy in the route',
    routes: [route('a')],
    manager: fromInside,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: status=503; times=1', 'x-envoy-retry-on: 5xx'],
        see: { status: 200, attempts: 2 },
      },
      { send: 'GET /', headers: ['x-do: status=503; times=1'], see: { status: 503, attempts: 1, flag: '-' } },
    ],
  },
  {
    name: 'the attempt count is told to the endpoint and to the client where asked',
    routeConfig: {
      virtual_hosts: [
        {
          name: 'count',
          domains: ['*'],
          include_request_attempt_count: true,
          include_attempt_count_in_response: true,
          routes: [route('a', policy('5xx'))],
        },
      ],
    },
    requests: [
      {
        ...does('status=500; times=1'),
        see: { attempts: 2, upstream: { 'x-envoy-attempt-count': '2' }, headers: { 'x-envoy-attempt-count': '2' } },
      },
      { ...does(''), see: { upstream: { 'x-envoy-attempt-count': '1' }, headers: { 'x-envoy-attempt-count': '1' } } },
    ],
  },
  {
    name: 'x-envoy fields of a client from outside are removed and do nothing',
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: [
          'x-do: status=503; times=1',
          'x-envoy-retry-on: 5xx',
          'x-envoy-max-retries: 3',
          'x-envoy-upstream-rq-timeout-ms: 9',
        ],
        see: {
          status: 503,
          attempts: 1,
          upstream: {
            'x-envoy-retry-on': undefined,
            'x-envoy-max-retries': undefined,
            'x-envoy-upstream-rq-timeout-ms': undefined,
          },
        },
      },
    ],
  },
];

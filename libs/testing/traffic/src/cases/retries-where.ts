/** Retries: other hosts, gRPC, HTTP/2, per try timeouts, back-off, budgets. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { fromInside, locality, placed, route, typeUrl } from './parts.ts';

const policy = (retry_on: string, more: JsonObject = {}): JsonObject => ({
  retry_policy: {
    retry_on,
    num_retries: 2,
    retry_back_off: { base_interval: '0.005s', max_interval: '0.01s' },
    ...more,
  },
});

const previousHosts = {
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: { '@type': typeUrl('extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate') },
    },
  ],
  host_selection_retry_max_attempts: '5',
};

const grpc = (words: string): Omit<CaseRequest, 'see'> => ({
  send: 'POST /pkg.Service/Method',
  http2: true,
  headers: ['content-type: application/grpc', 'te: trailers', `x-do: header=content-type:application/grpc; ${words}`],
});

const grpcCluster = { g: { endpoints: ['a'], http2: true } } as const;

export const retryWhereCases: readonly TrafficCase[] = [
  {
    name: 'the previous-hosts predicate sends a retry to another host',
    routes: [route('ab', policy('5xx', previousHosts))],
    clusters: { ab: { endpoints: ['a', 'b'] } },
    requests: [
      { send: 'GET /', headers: ['x-do: status=503; only=a'], times: 4, see: { tally: { '200 -': 4 } } },
      { send: 'GET /', headers: ['x-do: reset; only=b'], times: 4, see: { tally: { '200 -': 4 } } },
    ],
  },
  {
    name: 'round robin moves on with each try',
    routes: [route('ab', policy('5xx', { num_retries: 1 }))],
    clusters: { ab: { endpoints: ['a', 'b'] } },
    requests: [{ send: 'GET /', headers: ['x-do: status=503; only=a'], times: 4, see: { tally: { '200 -': 4 } } }],
  },
  {
    name: 'a refused connection is retried on the host that listens',
    routes: [route('mixed', policy('connect-failure', { num_retries: 3 }))],
    clusters: { mixed: { endpoints: ['closed', 'b'] } },
    requests: [{ send: 'GET /', times: 4, see: { tally: { '200 -': 4 }, endpoints: ['b'] } }],
  },
  {
    name: 'previous-priorities sends a retry to the next priority',
    routes: [
      route(
        'levels',
        policy('5xx', {
          num_retries: 1,
          retry_priority: {
            name: 'envoy.retry_priorities.previous_priorities',
            typed_config: {
              '@type': typeUrl('extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig'),
              update_frequency: 1,
            },
          },
        }),
      ),
    ],
    clusters: { levels: placed([locality('one', [{ at: 'a' }]), locality('two', [{ at: 'b' }], { priority: 1 })]) },
    requests: [
      { send: 'GET /', headers: ['x-do: status=503; only=a'], see: { status: 200, attempts: 2, endpoint: 'b' } },
      { send: 'GET /', see: { status: 200, attempts: 1, endpoint: 'a' } },
    ],
  },
  {
    name: 'retries of gRPC go by the status in a head without a body',
    routes: [route('g', policy('unavailable,cancelled,resource-exhausted,internal,deadline-exceeded'))],
    clusters: grpcCluster,
    requests: [
      { ...grpc('grpc-head=14; times=1'), see: { status: 200, attempts: 2 } },
      { ...grpc('grpc-head=1; times=1'), see: { status: 200, attempts: 2 } },
      { ...grpc('grpc-head=8; times=1'), see: { status: 200, attempts: 2 } },
      { ...grpc('grpc-head=13; times=1'), see: { status: 200, attempts: 2 } },
      { ...grpc('grpc-head=4; times=1'), see: { status: 200, attempts: 2 } },
      { ...grpc('grpc-head=7; times=1'), see: { status: 200, attempts: 1, headers: { 'grpc-status': '7' } } },
    ],
  },
  {
    name: 'a gRPC status in trailers is too late for a retry',
    routes: [route('g', policy('unavailable'))],
    clusters: grpcCluster,
    requests: [{ ...grpc('grpc=14; times=1'), see: { status: 200, attempts: 1, trailers: { 'grpc-status': '14' } } }],
  },
  {
    name: 'x-envoy-retry-grpc-on of the client is honoured',
    routes: [route('g')],
    clusters: grpcCluster,
    manager: fromInside,
    requests: [
      {
        ...grpc(''),
        headers: [
          'content-type: application/grpc',
          'te: trailers',
          'x-envoy-retry-grpc-on: unavailable',
          'x-do: grpc-head=14; times=1; header=content-type:application/grpc',
        ],
        see: { status: 200, attempts: 2 },
      },
    ],
  },
  {
    name: 'a stream that an HTTP/2 endpoint refuses is retried',
    routes: [route('g', policy('refused-stream'))],
    clusters: grpcCluster,
    requests: [
      { send: 'GET /', headers: ['x-do: close; times=1'], see: { status: 200, attempts: 2 } },
      { send: 'GET /', headers: ['x-do: reset; times=1'], see: { status: 503, attempts: 1, flag: 'UR' } },
    ],
  },
  {
    name: 'a stream that an HTTP/2 endpoint resets is retried on reset',
    routes: [route('g', policy('reset'))],
    clusters: grpcCluster,
    requests: [{ send: 'GET /', headers: ['x-do: reset; times=2'], see: { status: 200, attempts: 3 } }],
  },
  {
    name: 'an answer that has begun is never retried',
    routes: [route('a', policy('5xx,reset'))],
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: cut; times=1'],
        see: { status: 200, attempts: 1, body: /<cut>$/, flag: 'UPE' },
      },
    ],
  },
  {
    name: 'a try that takes longer than per_try_timeout is given up and retried',
    routes: [route('a', policy('5xx', { per_try_timeout: '0.15s' }))],
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=1000; times=1'],
        see: { status: 200, attempts: 2, atLeastMs: 140, lessThanMs: 900 },
      },
      {
        send: 'GET /',
        headers: ['x-do: delay=1000'],
        see: { status: 504, attempts: 3, flag: 'URX,UT', lessThanMs: 950 },
      },
    ],
  },
  {
    name: 'x-envoy-upstream-rq-per-try-timeout-ms of the client is honoured',
    routes: [route('a', policy('5xx'))],
    manager: fromInside,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=1000; times=1', 'x-envoy-upstream-rq-per-try-timeout-ms: 100'],
        see: { status: 200, attempts: 2, lessThanMs: 900 },
      },
    ],
  },
  {
    name: 'the timeout of the route covers all tries',
    routes: [route('a', { timeout: '0.25s', ...policy('5xx', { num_retries: 10, per_try_timeout: '0.1s' }) })],
    requests: [
      { send: 'GET /', headers: ['x-do: delay=1000'], see: { status: 504, attempts: 3, flag: 'UT', lessThanMs: 900 } },
    ],
  },
  {
    name: 'max_retries of the circuit breaker at zero keeps the first answer and marks it',
    routes: [route('none', policy('5xx'))],
    clusters: { none: { endpoints: ['a'], merge: { circuit_breakers: { thresholds: [{ max_retries: 0 }] } } } },
    requests: [
      { send: 'GET /', headers: ['x-do: status=503; times=1'], see: { status: 503, attempts: 1, flag: 'UO' } },
    ],
  },
  {
    name: 'retry_options of the virtual host hold for routes without a policy of their own',
    routeConfig: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          ...policy('5xx'),
          routes: [
            { match: { prefix: '/own' }, route: { cluster: 'a', timeout: '0s', retry_policy: { retry_on: 'reset' } } },
            route('a'),
          ],
        },
      ],
    },
    requests: [
      { send: 'GET /', headers: ['x-do: status=503; times=1'], see: { status: 200, attempts: 2 } },
      { send: 'GET /own', headers: ['x-do: status=503; times=1'], see: { status: 503, attempts: 1 } },
    ],
  },
  {
    name: 'rate limited reset headers put a retry off until the time they tell',
    routes: [
      route(
        'a',
        policy('5xx', {
          rate_limited_retry_back_off: {
            reset_headers: [{ name: 'retry-after', format: 'SECONDS' }],
            max_interval: '5s',
          },
        }),
      ),
    ],
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: status=503; times=1; header=retry-after:1'],
        see: { status: 200, attempts: 2, atLeastMs: 950 },
      },
    ],
  },
];

/** Rate limits by the public gRPC protocol: the service decides by a value "over" or "unavailable" in the descriptors. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter } from './parts.ts';

const clusters = { a: { endpoints: ['a'] }, grpc: { endpoints: ['grpc'], http2: true } } as const;

function limits(more: JsonObject = {}): readonly JsonObject[] {
  return [
    filter('envoy.filters.http.ratelimit', 'extensions.filters.http.ratelimit.v3.RateLimit', {
      domain: 'shop',
      timeout: '0.3s',
      rate_limit_service: { transport_api_version: 'V3', grpc_service: { envoy_grpc: { cluster_name: 'grpc' } } },
      ...more,
    }),
  ];
}

function routed(...rate_limits: JsonObject[]): readonly JsonObject[] {
  return [{ match: { prefix: '/' }, route: { cluster: 'a', timeout: '0s', rate_limits } }];
}
const user: JsonObject = { request_headers: { header_name: 'x-user', descriptor_key: 'user' } };

export const rateLimitGlobalCases: readonly TrafficCase[] = [
  {
    name: 'the rate limit service gets the descriptors of the route and may add fields',
    clusters,
    filters: limits(),
    routes: routed(
      { actions: [user] },
      { actions: [{ generic_key: { descriptor_key: 'k', descriptor_value: 'v' } }, { remote_address: {} }] },
      {
        actions: [
          {
            header_value_match: {
              descriptor_value: 'get',
              headers: [{ name: ':method', string_match: { exact: 'GET' } }],
            },
          },
        ],
      },
      {
        actions: [
          { request_headers: { header_name: 'x-none', descriptor_key: 'n', skip_if_absent: true } },
          { generic_key: { descriptor_value: 'skipped' } },
        ],
      },
    ),
    requests: [
      {
        send: 'GET /',
        headers: ['x-user: ann'],
        see: {
          status: 200,
          upstream: {
            'x-descriptors': 'shop: user=ann | k=v,remote_address=127.0.0.1 | header_match=get | generic_key=skipped',
          },
          headers: { 'x-limit-answer': 'ok' },
        },
      },
      {
        send: 'GET /',
        see: {
          status: 200,
          upstream: { 'x-descriptors': 'shop: k=v,remote_address=127.0.0.1 | header_match=get | generic_key=skipped' },
        },
      },
    ],
  },
  {
    name: 'over the limit is 429 with RL and the fields of the service',
    clusters,
    filters: limits(),
    routes: routed({ actions: [user] }),
    requests: [
      {
        send: 'GET /',
        headers: ['x-user: over'],
        see: {
          status: 429,
          flag: 'RL',
          attempts: 0,
          details: 'request_rate_limited',
          headers: { 'x-limit-answer': 'over', 'x-envoy-ratelimited': 'true' },
        },
      },
      { send: 'GET /', headers: ['x-user: ann'], see: { status: 200 } },
    ],
  },
  {
    name: 'a request without descriptors is not limited',
    clusters,
    filters: limits(),
    routes: routed({ actions: [user] }),
    requests: [{ send: 'GET /', see: { status: 200, upstream: { 'x-descriptors': undefined } } }],
  },
  {
    name: 'a rate limit service that fails lets pass',
    clusters,
    filters: limits(),
    routes: routed({ actions: [user] }),
    requests: [{ send: 'GET /', headers: ['x-user: unavailable'], see: { status: 200, flag: '-' } }],
  },
  {
    name: 'failure_mode_deny refuses with 500 when the rate limit service fails',
    clusters,
    filters: limits({ failure_mode_deny: true }),
    routes: routed({ actions: [user] }),
    requests: [
      {
        send: 'GET /',
        headers: ['x-user: unavailable'],
        see: { status: 500, flag: 'RLSE', details: 'rate_limiter_error' },
      },
    ],
  },
  {
    name: 'status and x-envoy-ratelimited of a global limit may be set',
    clusters,
    filters: limits({ rate_limited_status: { code: 'ServiceUnavailable' }, disable_x_envoy_ratelimited_header: true }),
    routes: routed({ actions: [user] }),
    requests: [
      {
        send: 'GET /',
        headers: ['x-user: over'],
        see: { status: 503, flag: 'RL', headers: { 'x-envoy-ratelimited': undefined } },
      },
    ],
  },
  {
    name: 'a gRPC request over a global limit gets status 8 where asked',
    clusters,
    filters: limits({ rate_limited_as_resource_exhausted: true }),
    routes: routed({ actions: [user] }),
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers', 'x-user: over'],
        see: { status: 200, headers: { 'grpc-status': '8' } },
      },
    ],
  },
];

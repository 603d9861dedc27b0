/** Local rate limits: token buckets of a listener, a route, a descriptor. Buckets fill once an hour. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, perFilter, route } from './parts.ts';

const message = 'extensions.filters.http.local_ratelimit.v3.LocalRateLimit';
const name = 'envoy.filters.http.local_ratelimit';
const on = { default_value: { numerator: 100 } };
const bucket = (max_tokens: number): JsonObject => ({
  max_tokens,
  tokens_per_fill: max_tokens,
  fill_interval: '3600s',
});

function limit(tokens: number, more: JsonObject = {}): JsonObject {
  return { stat_prefix: 'limit', token_bucket: bucket(tokens), filter_enabled: on, filter_enforced: on, ...more };
}
const filters = (config: JsonObject): readonly JsonObject[] => [filter(name, message, config)];
const byHeader = (header_name: string, descriptor_key: string): JsonObject => ({
  request_headers: { header_name, descriptor_key },
});

export const rateLimitCases: readonly TrafficCase[] = [
  {
    name: 'requests over the bucket get 429 with RL',
    filters: filters(limit(2)),
    routes: [route('a')],
    requests: [
      { send: 'GET /', times: 4, see: { tally: { '200 -': 2, '429 RL': 2 } } },
      {
        send: 'GET /',
        see: {
          status: 429,
          flag: 'RL',
          attempts: 0,
          details: 'local_rate_limited',
          body: 'local_rate_limited',
          headers: { 'x-envoy-ratelimited': undefined },
        },
      },
    ],
  },
  {
    name: 'a bucket fills again with time',
    filters: filters(limit(1, { token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: '1s' } })),
    routes: [route('a')],
    requests: [
      { send: 'GET /', times: 2, parallel: true, see: { tally: { '200 -': 1, '429 RL': 1 } } },
      { send: 'GET /', pauseMs: 1_300, see: { status: 200 } },
    ],
  },
  {
    name: 'filter_enabled at zero percent limits nothing, filter_enforced at zero counts only',
    filters: filters(limit(1, { filter_enforced: { default_value: { numerator: 0 } } })),
    routes: [
      {
        match: { prefix: '/off' },
        route: { cluster: 'a' },
        ...perFilter(name, message, limit(1, { filter_enabled: { default_value: { numerator: 0 } } })),
      },
      route('a'),
    ],
    requests: [
      { send: 'GET /', times: 3, see: { tally: { '200 -': 3 } } },
      { send: 'GET /off', times: 3, see: { tally: { '200 -': 3 } } },
    ],
  },
  {
    name: 'the bucket of a route replaces that of the listener',
    filters: filters({ stat_prefix: 'none' }),
    routes: [
      { match: { prefix: '/tight' }, route: { cluster: 'a' }, ...perFilter(name, message, limit(1)) },
      route('a'),
    ],
    requests: [
      { send: 'GET /tight', times: 3, see: { tally: { '200 -': 1, '429 RL': 2 } } },
      { send: 'GET /', times: 3, see: { tally: { '200 -': 3 } } },
    ],
  },
  {
    name: 'status and fields of the answer may be set',
    filters: filters(
      limit(1, {
        status: { code: 'ServiceUnavailable' },
        response_headers_to_add: [
          { header: { key: 'x-limited', value: 'yes' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
        ],
        enable_x_ratelimit_headers: 'DRAFT_VERSION_03',
      }),
    ),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        see: {
          status: 200,
          headers: { 'x-limited': undefined, 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0' },
        },
      },
      {
        send: 'GET /',
        see: { status: 503, flag: 'RL', headers: { 'x-limited': 'yes', 'x-ratelimit-remaining': '0' } },
      },
    ],
    ignore: { fields: ['headers'], because: 'x-ratelimit-reset counts seconds down' },
  },
  {
    name: 'a status below 400 becomes 429',
    filters: filters(limit(1, { status: { code: 'OK' } })),
    routes: [route('a')],
    requests: [{ send: 'GET /', times: 2, see: { tally: { '200 -': 1, '429 RL': 1 } } }],
  },
  {
    name: 'a descriptor has a bucket of its own',
    filters: filters({ stat_prefix: 'none' }),
    routes: [
      {
        match: { prefix: '/' },
        route: { cluster: 'a', rate_limits: [{ actions: [byHeader('x-user', 'user')] }] },
        ...perFilter(
          name,
          message,
          limit(3, { descriptors: [{ entries: [{ key: 'user', value: 'ann' }], token_bucket: bucket(1) }] }),
        ),
      },
    ],
    requests: [
      { send: 'GET /', headers: ['x-user: ann'], times: 2, see: { tally: { '200 -': 1, '429 RL': 1 } } },
      { send: 'GET /', headers: ['x-user: bob'], times: 2, see: { tally: { '200 -': 2 } } },
    ],
  },
  {
    name: 'descriptors match by method, path and header value',
    filters: filters({ stat_prefix: 'none' }),
    routes: [
      {
        match: { prefix: '/' },
        route: {
          cluster: 'a',
          rate_limits: [
            {
              actions: [
                {
                  header_value_match: {
                    descriptor_value: 'post',
                    headers: [{ name: ':method', string_match: { exact: 'POST' } }],
                  },
                },
              ],
            },
            { actions: [{ generic_key: { descriptor_value: 'all' } }, byHeader('x-user', 'user')] },
          ],
        },
        ...perFilter(
          name,
          message,
          limit(100, {
            descriptors: [
              { entries: [{ key: 'header_match', value: 'post' }], token_bucket: bucket(1) },
              {
                entries: [
                  { key: 'generic_key', value: 'all' },
                  { key: 'user', value: 'ann' },
                ],
                token_bucket: bucket(2),
              },
            ],
          }),
        ),
      },
    ],
    requests: [
      { send: 'POST /', times: 2, see: { tally: { '200 -': 1, '429 RL': 1 } } },
      { send: 'GET /', headers: ['x-user: ann'], times: 3, see: { tally: { '200 -': 2, '429 RL': 1 } } },
      { send: 'GET /', times: 3, see: { tally: { '200 -': 3 } } },
    ],
  },
  {
    name: 'a gRPC request over the bucket gets status 14, or 8 where asked',
    filters: filters(limit(1)),
    routes: [
      {
        match: { prefix: '/eight' },
        route: { cluster: 'a' },
        ...perFilter(name, message, limit(1, { rate_limited_as_resource_exhausted: true })),
      },
      route('a'),
    ],
    requests: [
      { send: 'GET /', see: { status: 200 } },
      {
        send: 'POST /s/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: { status: 200, flag: 'RL', headers: { 'grpc-status': '14' } },
      },
      { send: 'GET /eight', see: { status: 200 } },
      {
        send: 'POST /eight/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: { status: 200, headers: { 'grpc-status': '8' } },
      },
    ],
  },
];

/** External authorisation by the gRPC service, which decides by `x-authz`. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, perFilter, route } from './parts.ts';

const message = 'extensions.filters.http.ext_authz.v3.ExtAuthz';
const clusters = {
  a: { endpoints: ['a'] },
  b: { endpoints: ['b'] },
  grpc: { endpoints: ['grpc'], http2: true },
  closed: { endpoints: ['closed'], http2: true },
} as const;

function authz(more: JsonObject = {}, cluster = 'grpc'): readonly JsonObject[] {
  return [
    filter('envoy.filters.http.ext_authz', message, {
      transport_api_version: 'V3',
      grpc_service: { envoy_grpc: { cluster_name: cluster }, timeout: '0.3s' },
      ...more,
    }),
  ];
}

export const extAuthzGrpcCases: readonly TrafficCase[] = [
  {
    name: 'a gRPC authorizer allows, adds fields and removes some',
    clusters,
    filters: authz(),
    routes: [route('a')],
    requests: [
      {
        send: 'POST /x?y=1',
        body: 'unseen',
        headers: ['x-authz: allow', 'x-secret: 1'],
        see: {
          status: 200,
          endpoint: 'a',
          upstream: { 'x-saw': 'POST /x?y=1 test.example', 'x-secret': undefined },
          headers: { 'x-authz-answer': 'added' },
        },
      },
      { send: 'GET /', see: { status: 200, endpoint: 'a' } },
    ],
  },
  {
    name: 'a gRPC authorizer denies with 403, or with an answer of its own',
    clusters,
    filters: authz(),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: ['x-authz: deny'],
        see: { status: 403, flag: 'UAEX', attempts: 0, details: 'ext_authz_denied', body: '' },
      },
      {
        send: 'GET /',
        headers: ['x-authz: deny-409'],
        see: { status: 409, flag: 'UAEX', body: 'no tea', headers: { 'x-denied-by': 'authorizer' } },
      },
    ],
  },
  {
    name: 'a gRPC authorizer that fails, is slow or away refuses with 403',
    clusters,
    filters: authz(),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: ['x-authz: unavailable'],
        see: { status: 403, flag: 'UAEX', details: 'ext_authz_error' },
      },
      {
        send: 'GET /',
        headers: ['x-authz: slow'],
        see: { status: 403, flag: 'UAEX', details: 'ext_authz_error', lessThanMs: 900 },
      },
    ],
  },
  {
    name: 'a gRPC authorizer that is away lets pass where that is allowed',
    clusters,
    filters: authz({ failure_mode_allow: true }, 'closed'),
    routes: [route('a')],
    requests: [{ send: 'GET /', see: { status: 200, endpoint: 'a' } }],
  },
  {
    name: 'a gRPC authorizer sees the body where asked',
    clusters,
    filters: authz({ with_request_body: { max_request_bytes: 1_000 } }),
    routes: [route('a')],
    requests: [
      {
        send: 'POST /',
        body: 'seen',
        headers: ['x-authz: allow'],
        see: { status: 200, upstream: { 'x-saw': 'POST / test.example seen' }, upstreamBody: 'seen' },
      },
      { send: 'POST /', bodyBytes: 2_000, see: { status: 413, attempts: 0 } },
    ],
    ignore: { fields: ['headers'], because: 'early-answer-keeps-connection: a field Connection tells it' },
  },
  {
    name: 'context extensions of the route reach the gRPC authorizer',
    clusters,
    filters: authz(),
    routes: [
      {
        match: { prefix: '/' },
        route: { cluster: 'a' },
        ...perFilter('envoy.filters.http.ext_authz', `${message}PerRoute`, {
          check_settings: { context_extensions: { team: 'shop' } },
        }),
      },
    ],
    requests: [{ send: 'GET /', headers: ['x-authz: allow'], see: { upstream: { 'x-context': '{"team":"shop"}' } } }],
  },
  {
    name: 'a denied gRPC request gets a gRPC status',
    clusters,
    filters: authz(),
    routes: [route('a')],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers', 'x-authz: deny'],
        see: { status: 200, headers: { 'grpc-status': '7' } },
      },
    ],
  },
  {
    name: 'clear_route_cache chooses the route anew by what the authorizer has added',
    clusters,
    filters: authz({ clear_route_cache: true }),
    routes: [
      { match: { prefix: '/', headers: [{ name: 'x-saw', present_match: true }] }, route: { cluster: 'b' } },
      route('a'),
    ],
    requests: [
      { send: 'GET /', headers: ['x-authz: allow'], see: { endpoint: 'b' } },
      { send: 'GET /', see: { endpoint: 'a' } },
    ],
  },
];

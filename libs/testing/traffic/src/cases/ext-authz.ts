/** External authorisation by an HTTP service: an echo endpoint decides by `x-do`. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, perFilter, route } from './parts.ts';

const message = 'extensions.filters.http.ext_authz.v3.ExtAuthz';
const perRoute = (config: JsonObject): JsonObject =>
  perFilter('envoy.filters.http.ext_authz', `${message}PerRoute`, config);

/** Endpoint b authorises; it sees x-do and x-case besides what the filter sends by itself. */
function authz(service: JsonObject = {}, more: JsonObject = {}): readonly JsonObject[] {
  const sent = [{ exact: 'x-do' }, { exact: 'x-case' }];
  return [
    filter('envoy.filters.http.ext_authz', message, {
      http_service: { server_uri: { uri: 'http://authz.example', cluster: 'b', timeout: '0.3s' }, ...service },
      allowed_headers: { patterns: [...sent, { prefix: 'x-in-' }] },
      ...more,
    }),
  ];
}
const asked = (words: string, ...more: string[]): readonly string[] => [`x-do: ${words}; only=b`, ...more];

export const extAuthzCases: readonly TrafficCase[] = [
  {
    name: 'an authorizer that answers 200 lets the request pass',
    filters: authz(),
    routes: [route('a')],
    requests: [
      { send: 'GET /x?y=1', see: { status: 200, endpoints: ['a', 'b'], endpoint: 'a', attempts: 2 } },
      { send: 'POST /x', body: 'body', see: { status: 200, endpoint: 'a', upstreamBody: 'body' } },
    ],
  },
  {
    name: 'any other answer of the authorizer is the answer to the client, with UAEX',
    filters: authz(),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: asked('status=403; body=4'),
        see: { status: 403, attempts: 1, endpoint: 'b', flag: 'UAEX', details: 'ext_authz_denied', body: 'xxxx' },
      },
      {
        send: 'GET /',
        headers: asked('status=401; header=www-authenticate:Basic'),
        see: { status: 401, headers: { 'www-authenticate': 'Basic' } },
      },
      {
        send: 'GET /',
        headers: asked('status=302; header=location:/login'),
        see: { status: 302, headers: { location: '/login' } },
      },
      { send: 'GET /', headers: asked('status=429'), see: { status: 429, flag: 'UAEX' } },
    ],
  },
  {
    name: 'an authorizer that fails refuses with 403, or lets pass where that is allowed',
    filters: authz(),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: asked('status=500'),
        see: { status: 403, flag: 'UAEX', details: 'ext_authz_error', body: '' },
      },
      { send: 'GET /', headers: asked('reset'), see: { status: 403, flag: 'UAEX', details: 'ext_authz_error' } },
      {
        send: 'GET /',
        headers: asked('delay=900'),
        see: { status: 403, flag: 'UAEX', details: 'ext_authz_error', lessThanMs: 850 },
      },
    ],
  },
  {
    name: 'failure_mode_allow lets pass what could not be asked, and says so where wanted',
    filters: authz({}, { failure_mode_allow: true, failure_mode_allow_header_add: true }),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: asked('status=503'),
        see: { status: 200, endpoint: 'a', upstream: { 'x-envoy-auth-failure-mode-allowed': 'true' } },
      },
      { send: 'GET /', headers: asked('reset'), see: { status: 200, endpoint: 'a' } },
      { send: 'GET /', headers: asked('status=403'), see: { status: 403 } },
    ],
  },
  {
    name: 'status_on_error is the answer when the authorizer fails',
    filters: authz({}, { status_on_error: { code: 'ServiceUnavailable' } }),
    routes: [route('a')],
    requests: [
      { send: 'GET /', headers: asked('reset'), see: { status: 503, flag: 'UAEX' } },
      { send: 'GET /', headers: asked('status=403'), see: { status: 403 } },
    ],
  },
  {
    name: 'the authorizer is asked under path_prefix with the method, host and path of the request',
    filters: authz({ path_prefix: '/check' }),
    routes: [route('a')],
    requests: [
      {
        send: 'PUT /x?y=1',
        host: 'shop.example',
        body: 'secret',
        headers: asked('status=403', 'x-in-one: 1', 'x-out: 2', 'authorization: Basic abc'),
        see: {
          status: 403,
          endpoint: 'b',
          method: 'PUT',
          path: '/check/x?y=1',
          authority: 'shop.example',
          upstreamBody: '',
          upstream: { 'x-in-one': '1', 'x-out': undefined, authorization: 'Basic abc', 'content-length': '0' },
        },
      },
    ],
  },
  {
    name: 'with_request_body sends the body to the authorizer too',
    filters: authz({}, { with_request_body: { max_request_bytes: 100 } }),
    routes: [route('a')],
    requests: [
      {
        send: 'POST /',
        body: 'show this',
        headers: asked('status=403'),
        see: { status: 403, endpoint: 'b', upstreamBody: 'show this' },
      },
      { send: 'POST /', body: 'show this', see: { status: 200, endpoint: 'a', upstreamBody: 'show this' } },
      { send: 'POST /', bodyBytes: 200, see: { status: 413, attempts: 0 } },
    ],
    ignore: { fields: ['headers'], because: 'early-answer-keeps-connection: a field Connection tells it' },
  },
  {
    name: 'allow_partial_message sends the beginning of a long body',
    filters: authz({}, { with_request_body: { max_request_bytes: 5, allow_partial_message: true } }),
    routes: [route('a')],
    requests: [
      {
        send: 'POST /',
        body: 'show this',
        headers: asked('status=403'),
        see: { status: 403, endpoint: 'b', upstreamBody: 'show ', upstream: { 'x-envoy-auth-partial-body': 'true' } },
      },
      { send: 'POST /', body: 'show this', see: { status: 200, endpoint: 'a', upstreamBody: 'show this' } },
    ],
  },
  {
    name: 'fields of the authorizer go to the endpoint and to the client as the patterns say',
    filters: authz({
      authorization_response: {
        allowed_upstream_headers: { patterns: [{ prefix: 'x-up' }] },
        allowed_upstream_headers_to_append: { patterns: [{ exact: 'x-more' }] },
        allowed_client_headers_on_success: { patterns: [{ exact: 'x-hello' }] },
        allowed_client_headers: { patterns: [{ exact: 'x-why' }] },
      },
    }),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: [
          'x-up-user: forged',
          'x-more: one',
          'x-do: only=b; header=x-up-user:ann; header=x-more:two; header=x-hello:hi; header=x-not:no',
        ],
        see: {
          status: 200,
          endpoint: 'a',
          upstream: { 'x-up-user': 'ann', 'x-more': /^one, ?two$/, 'x-not': undefined },
          headers: { 'x-hello': 'hi', 'x-not': undefined },
        },
      },
      {
        send: 'GET /',
        headers: asked('status=403; header=x-why:because; header=x-else:no'),
        see: { status: 403, headers: { 'x-why': 'because', 'x-else': undefined } },
      },
    ],
  },
  {
    name: 'headers_to_add go to the authorizer',
    filters: authz({ authorization_request: { headers_to_add: [{ key: 'x-from', value: 'mesh' }] } }),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: asked('status=403'),
        see: { status: 403, endpoint: 'b', upstream: { 'x-from': 'mesh' } },
      },
    ],
  },
  {
    name: 'a route may turn the authorizer off',
    filters: authz(),
    routes: [{ match: { prefix: '/open' }, route: { cluster: 'a' }, ...perRoute({ disabled: true }) }, route('a')],
    requests: [
      { send: 'GET /open', headers: asked('status=403'), see: { status: 200, attempts: 1 } },
      { send: 'GET /', headers: asked('status=403'), see: { status: 403 } },
    ],
  },
  {
    name: 'disallowed_headers wins over allowed_headers',
    filters: authz({}, { disallowed_headers: { patterns: [{ exact: 'x-in-secret' }] } }),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: asked('status=403', 'x-in-secret: 1', 'x-in-plain: 2'),
        see: { status: 403, upstream: { 'x-in-secret': undefined, 'x-in-plain': '2' } },
      },
    ],
  },
];

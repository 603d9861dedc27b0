/** Redirects that the proxy follows itself. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { typeUrl } from './parts.ts';

const follow = (more: JsonObject = {}): JsonObject => ({ internal_redirect_policy: { ...more } });
const routes = (policy: JsonObject): readonly JsonObject[] => [
  { match: { prefix: '/b' }, route: { cluster: 'b', timeout: '0s' } },
  { match: { prefix: '/loop' }, route: { cluster: 'c', timeout: '0s', ...policy } },
  { match: { prefix: '/' }, route: { cluster: 'a', timeout: '0s', ...policy } },
];
const to = (status: number, location: string, more = ''): readonly string[] => [
  `x-do: status=${status}; header=location:${location}; only=a${more}`,
];

export const internalRedirectCases: readonly TrafficCase[] = [
  {
    name: 'an internal redirect is followed to the route of its location',
    routes: routes(follow()),
    requests: [
      {
        send: 'GET /from',
        headers: to(302, 'http://test.example/b/there?x=1'),
        see: {
          status: 200,
          endpoint: 'b',
          path: '/b/there?x=1',
          attempts: 2,
          upstream: { 'x-envoy-original-url': 'http://test.example/from' },
        },
      },
      { send: 'GET /from', headers: to(302, '/b/relative'), see: { status: 302, attempts: 1 } },
      {
        send: 'GET /from',
        headers: to(302, 'http://other.example/b'),
        see: { endpoint: 'b', authority: 'other.example' },
      },
    ],
  },
  {
    name: 'only 302 is followed unless other codes are named',
    routes: routes(follow()),
    requests: [
      {
        send: 'GET /from',
        headers: to(301, 'http://test.example/b'),
        see: { status: 301, attempts: 1, headers: { location: 'http://test.example/b' } },
      },
      { send: 'GET /from', headers: to(307, 'http://test.example/b'), see: { status: 307, attempts: 1 } },
    ],
  },
  {
    name: 'redirect_response_codes name what is followed; 303 becomes a GET',
    routes: routes(follow({ redirect_response_codes: [303, 307] })),
    requests: [
      { send: 'GET /from', headers: to(307, 'http://test.example/b'), see: { status: 200, endpoint: 'b' } },
      {
        send: 'POST /from',
        body: 'once',
        headers: to(307, 'http://test.example/b'),
        see: { status: 200, endpoint: 'b', method: 'POST', upstreamBody: 'once' },
      },
      {
        send: 'POST /from',
        body: 'once',
        headers: to(303, 'http://test.example/b'),
        see: { status: 200, endpoint: 'b', method: 'GET', upstreamBody: '' },
      },
      { send: 'GET /from', headers: to(302, 'http://test.example/b'), see: { status: 302 } },
    ],
  },
  {
    name: 'without an internal redirect policy the client gets the redirect',
    routes: routes({}),
    requests: [{ send: 'GET /from', headers: to(302, 'http://test.example/b'), see: { status: 302, attempts: 1 } }],
  },
  {
    name: 'max_internal_redirects bounds how often is followed',
    routes: [
      { match: { prefix: '/' }, route: { cluster: 'a', timeout: '0s', ...follow({ max_internal_redirects: 2 }) } },
    ],
    requests: [
      { send: 'GET /', headers: to(302, 'http://test.example/x', '; times=2'), see: { status: 200, attempts: 3 } },
      { send: 'GET /', headers: to(302, 'http://test.example/x'), see: { status: 302, attempts: 3 } },
    ],
  },
  {
    name: 'a location of the other scheme is not followed unless that is allowed',
    routes: routes(follow()),
    requests: [{ send: 'GET /from', headers: to(302, 'https://test.example/b'), see: { status: 302, attempts: 1 } }],
  },
  {
    name: 'allow_cross_scheme_redirect follows to the other scheme',
    routes: routes(follow({ allow_cross_scheme_redirect: true })),
    requests: [{ send: 'GET /from', headers: to(302, 'https://test.example/b'), see: { status: 200, endpoint: 'b' } }],
  },
  {
    name: 'safe_cross_scheme refuses to go from plain text to TLS',
    routes: routes(
      follow({
        allow_cross_scheme_redirect: true,
        predicates: [
          {
            name: 'safe',
            typed_config: {
              '@type': typeUrl('extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig'),
            },
          },
        ],
      }),
    ),
    requests: [
      { send: 'GET /from', headers: to(302, 'https://test.example/b'), see: { status: 302, attempts: 1 } },
      { send: 'GET /from', headers: to(302, 'http://test.example/b'), see: { status: 200, endpoint: 'b' } },
    ],
  },
  {
    name: 'a location that is no URL, or that no route takes, is handed to the client',
    routes: [{ match: { prefix: '/from' }, route: { cluster: 'a', timeout: '0s', ...follow() } }],
    requests: [
      { send: 'GET /from', headers: to(302, 'http://test.example/nowhere'), see: { status: 302, attempts: 1 } },
      { send: 'GET /from', headers: ['x-do: status=302; only=a'], see: { status: 302, attempts: 1 } },
    ],
  },
  {
    name: 'response_headers_to_copy go into the request that follows',
    routes: routes(follow({ response_headers_to_copy: ['x-token'] })),
    requests: [
      {
        send: 'GET /from',
        headers: to(302, 'http://test.example/b', '; header=x-token:t1'),
        see: { status: 200, endpoint: 'b', upstream: { 'x-token': 't1' } },
      },
    ],
  },
];

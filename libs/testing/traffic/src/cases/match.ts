/** Which route takes a request by its path, query and method. */

import type { TrafficCase } from '../traffic-case.ts';
import { all, to, when } from './short.ts';

export const matchCases: readonly TrafficCase[] = [
  {
    name: 'a prefix takes every path that begins with it',
    routes: [{ match: { prefix: '/api' }, route: to('a') }, all('b')],
    requests: [
      { send: 'GET /api', see: { status: 200, endpoint: 'a' } },
      { send: 'GET /apix', see: { status: 200, endpoint: 'a' } },
      { send: 'GET /ap', see: { status: 200, endpoint: 'b' } },
      { send: 'GET /API', see: { status: 200, endpoint: 'b' } },
    ],
  },
  {
    name: 'an exact path takes itself only, whatever its query',
    routes: [{ match: { path: '/exact' }, route: to('a') }],
    requests: [
      { send: 'GET /exact?x=1', see: { status: 200, endpoint: 'a', path: '/exact?x=1' } },
      { send: 'GET /exact?', see: { status: 200, endpoint: 'a', path: '/exact?' } },
      { send: 'GET /exact/', see: { status: 404, flag: 'NR', details: 'route_not_found' } },
    ],
  },
  {
    name: 'a path-separated prefix takes whole segments only',
    routes: [{ match: { path_separated_prefix: '/api' }, route: to('a') }, all('b')],
    requests: [
      { send: 'GET /api', see: { endpoint: 'a' } },
      { send: 'GET /api/x', see: { endpoint: 'a' } },
      { send: 'GET /api?x=1', see: { endpoint: 'a' } },
      { send: 'GET /apix', see: { endpoint: 'b' } },
      { send: 'GET /api;v=1', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'a regex must match the whole path without the query',
    routes: [{ match: { safe_regex: { regex: '/items/\\d+' } }, route: to('a') }, all('b')],
    requests: [
      { send: 'GET /items/42', see: { endpoint: 'a' } },
      { send: 'GET /items/42?x=y', see: { endpoint: 'a' } },
      { send: 'GET /items/42/x', see: { endpoint: 'b' } },
      { send: 'GET /x/items/42', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'a regex has RE2 words for classes and flags',
    routes: [{ match: { safe_regex: { regex: '(?i)/[[:alpha:]]+/\\pL*' } }, route: to('a') }, all('b')],
    requests: [
      { send: 'GET /ABC/def', see: { endpoint: 'a' } },
      { send: 'GET /AB1/def', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'case_sensitive false concerns prefix and path',
    routes: [
      { match: { prefix: '/Pre', case_sensitive: false }, route: to('a') },
      { match: { path: '/Exact', case_sensitive: false }, route: to('c') },
      all('b'),
    ],
    requests: [
      { send: 'GET /pREfix', see: { endpoint: 'a', path: '/pREfix' } },
      { send: 'GET /EXACT', see: { endpoint: 'c' } },
      { send: 'GET /exactly', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'the first route that matches wins, not the longest',
    routes: [
      { match: { prefix: '/a' }, route: to('a') },
      { match: { prefix: '/a/b' }, route: to('b') },
    ],
    requests: [{ send: 'GET /a/b', see: { endpoint: 'a' } }],
  },
  {
    name: 'a URI template matches segments',
    routes: [
      {
        match: {
          path_match_policy: {
            name: 'template',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
              path_template: '/users/{id}/orders/{rest=**}',
            },
          },
        },
        route: to('a'),
      },
      all('b'),
    ],
    requests: [
      { send: 'GET /users/7/orders/1/2', see: { endpoint: 'a' } },
      { send: 'GET /users/7/8/orders/1', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'a method is matched as the field :method',
    routes: when({ headers: [{ name: ':method', string_match: { exact: 'POST' } }] }),
    requests: [
      { send: 'POST /', see: { endpoint: 'a' } },
      { send: 'GET /', see: { endpoint: 'b' } },
      { send: 'HEAD /', see: { endpoint: 'b', method: 'HEAD' } },
    ],
  },
  {
    name: 'authority and path are matched as pseudo-fields, the path with its query',
    routes: [
      { match: { prefix: '/', headers: [{ name: ':authority', string_match: { prefix: 'one.' } }] }, route: to('a') },
      { match: { prefix: '/', headers: [{ name: ':path', string_match: { suffix: '?x=1' } }] }, route: to('c') },
      all('b'),
    ],
    requests: [
      { send: 'GET /', host: 'one.example', see: { endpoint: 'a' } },
      { send: 'GET /p?x=1', see: { endpoint: 'c' } },
      { send: 'GET /p', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'a query parameter matches exactly, by regex, by presence; the first of a name counts',
    routes: [
      { match: { prefix: '/', query_parameters: [{ name: 'v', string_match: { exact: '2' } }] }, route: to('a') },
      {
        match: { prefix: '/', query_parameters: [{ name: 'r', string_match: { safe_regex: { regex: '\\d+' } } }] },
        route: to('c'),
      },
      { match: { prefix: '/', query_parameters: [{ name: 'p', present_match: true }] }, route: to('c') },
      all('b'),
    ],
    requests: [
      { send: 'GET /?v=2', see: { endpoint: 'a' } },
      { send: 'GET /?x=1&v=2', see: { endpoint: 'a' } },
      { send: 'GET /?v=1&v=2', see: { endpoint: 'b' } },
      { send: 'GET /?V=2', see: { endpoint: 'b' } },
      { send: 'GET /?r=12', see: { endpoint: 'c' } },
      { send: 'GET /?r=12a', see: { endpoint: 'b' } },
      { send: 'GET /?p', see: { endpoint: 'c' } },
      { send: 'GET /?p=', see: { endpoint: 'c' } },
    ],
  },
  {
    name: 'a query parameter is compared as it is written, not decoded',
    routes: when({ query_parameters: [{ name: 'v', string_match: { exact: 'a%20b' } }] }),
    requests: [
      { send: 'GET /?v=a%20b', see: { endpoint: 'a' } },
      { send: 'GET /?v=a+b', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'all query parameters of a route must match',
    routes: when({
      query_parameters: [
        { name: 'x', string_match: { exact: '1' } },
        { name: 'y', string_match: { prefix: 'z' } },
      ],
    }),
    requests: [
      { send: 'GET /?y=zz&x=1', see: { endpoint: 'a' } },
      { send: 'GET /?x=1', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'grpc takes requests with a gRPC content type only',
    routes: when({ grpc: {} }),
    requests: [
      { send: 'POST /', headers: ['content-type: application/grpc'], see: { endpoint: 'a' } },
      { send: 'POST /', headers: ['content-type: application/grpc+proto'], see: { endpoint: 'a' } },
      { send: 'POST /', headers: ['content-type: application/grpc-web'], see: { endpoint: 'b' } },
      { send: 'POST /', headers: ['content-type: application/json'], see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'a runtime fraction of 0 takes nothing, of 100 everything',
    routes: [
      { match: { prefix: '/', runtime_fraction: { default_value: { numerator: 0 } } }, route: to('a') },
      { match: { prefix: '/', runtime_fraction: { default_value: { numerator: 100 } } }, route: to('c') },
      all('b'),
    ],
    requests: [{ send: 'GET /', times: 5, see: { endpoints: ['c'] } }],
  },
  {
    name: 'the name of the route is logged',
    routes: [
      { name: 'first', match: { prefix: '/one' }, route: to('a') },
      { name: 'second', ...all('b') },
    ],
    requests: [
      { send: 'GET /one', see: { route: 'first' } },
      { send: 'GET /two', see: { route: 'second' } },
    ],
  },
  {
    name: 'a cluster without a listening endpoint answers 503 with UF',
    routes: [all('closed')],
    requests: [{ send: 'GET /', see: { status: 503, flag: 'UF', attempts: 0 } }],
  },
  {
    name: 'a cluster without endpoints answers 503 with UH',
    clusters: { a: { endpoints: [] } },
    routes: [all()],
    requests: [
      { send: 'GET /', see: { status: 503, flag: 'UH', body: 'no healthy upstream', details: 'no_healthy_upstream' } },
    ],
  },
  {
    name: 'a route to a cluster that does not exist answers 503 with NC, or as the route says',
    routes: [
      { match: { prefix: '/404' }, route: to('nowhere', { cluster_not_found_response_code: 'NOT_FOUND' }) },
      { match: { prefix: '/500' }, route: to('nowhere', { cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR' }) },
      all('nowhere'),
    ],
    routeConfigMore: { validate_clusters: false },
    requests: [
      { send: 'GET /', see: { status: 503, flag: 'NC', details: 'cluster_not_found', body: '' } },
      { send: 'GET /404', see: { status: 404, flag: 'NC' } },
      { send: 'GET /500', see: { status: 500, flag: 'NC' } },
    ],
  },
];

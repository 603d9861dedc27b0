/** Paths and hosts as the endpoint sees them after a rewrite. */

import type { TrafficCase } from '../traffic-case.ts';
import { all, set, to } from './short.ts';

export const rewriteCases: readonly TrafficCase[] = [
  {
    name: 'a prefix rewrite replaces what the prefix matched and tells the old path',
    routes: [{ match: { prefix: '/old' }, route: to('a', { prefix_rewrite: '/new' }) }],
    requests: [
      { send: 'GET /old/x?q=1', see: { path: '/new/x?q=1', upstream: { 'x-envoy-original-path': '/old/x?q=1' } } },
      { send: 'GET /older', see: { path: '/newer' } },
      { send: 'GET /old', see: { path: '/new' } },
    ],
  },
  {
    name: 'a prefix rewrite to / keeps the second slash of the rest',
    routes: [
      { match: { prefix: '/api/' }, route: to('a', { prefix_rewrite: '/' }) },
      { match: { prefix: '/raw' }, route: to('a', { prefix_rewrite: '/' }) },
    ],
    requests: [
      { send: 'GET /api/x', see: { path: '/x' } },
      { send: 'GET /raw/x', see: { path: '//x' } },
      { send: 'GET /raw', see: { path: '/' } },
    ],
  },
  {
    name: 'a prefix rewrite of an exact path, a separated prefix and a regex',
    routes: [
      { match: { path: '/exact' }, route: to('a', { prefix_rewrite: '/e' }) },
      { match: { path_separated_prefix: '/sep' }, route: to('a', { prefix_rewrite: '/s' }) },
      { match: { safe_regex: { regex: '/rx/.*' } }, route: to('a', { prefix_rewrite: '/r' }) },
    ],
    requests: [
      { send: 'GET /exact?q', see: { path: '/e?q' } },
      { send: 'GET /sep/x', see: { path: '/s/x' } },
      { send: 'GET /rx/anything?q', see: { path: '/r?q' } },
    ],
  },
  {
    name: 'a prefix rewrite without regard to case replaces as many octets',
    routes: [{ match: { prefix: '/old', case_sensitive: false }, route: to('a', { prefix_rewrite: '/new' }) }],
    requests: [{ send: 'GET /OLD/x', see: { path: '/new/x' } }],
  },
  {
    name: 'a regex rewrite substitutes every match in the path, not in the query',
    routes: [
      {
        match: { prefix: '/' },
        route: to('a', { regex_rewrite: { pattern: { regex: 'aa' }, substitution: 'b' } }),
      },
    ],
    requests: [
      {
        send: 'GET /aa/caac?aa',
        see: { path: '/b/cbc?aa', upstream: { 'x-envoy-original-path': '/aa/caac?aa' } },
      },
      { send: 'GET /none', see: { path: '/none' } },
    ],
  },
  {
    name: 'a regex rewrite puts groups in',
    routes: [
      {
        match: { prefix: '/service/' },
        route: to('a', {
          regex_rewrite: { pattern: { regex: '^/service/([^/]+)(/.*)$' }, substitution: '\\2/instance/\\1' },
        }),
      },
    ],
    requests: [{ send: 'GET /service/foo/v1/api?x=1', see: { path: '/v1/api/instance/foo?x=1' } }],
  },
  {
    name: 'a URI template rewrite puts variables in',
    routes: [
      {
        match: {
          path_match_policy: {
            name: 'template',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
              path_template: '/users/{id}/orders/{order}',
            },
          },
        },
        route: to('a', {
          path_rewrite_policy: {
            name: 'template',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
              path_template_rewrite: '/o/{order}/{id}',
            },
          },
        }),
      },
    ],
    requests: [{ send: 'GET /users/7/orders/9?q=1', see: { path: '/o/9/7?q=1' } }],
  },
  {
    name: 'a literal host rewrite changes the authority and, when asked, tells the old one',
    routes: [
      {
        match: { prefix: '/told' },
        route: to('a', { host_rewrite_literal: 'new.example', append_x_forwarded_host: true }),
      },
      { match: { prefix: '/' }, route: to('a', { host_rewrite_literal: 'new.example' }) },
    ],
    requests: [
      { send: 'GET /', see: { authority: 'new.example', upstream: { 'x-forwarded-host': undefined } } },
      {
        send: 'GET /told',
        headers: ['x-forwarded-host: before'],
        see: { authority: 'new.example', upstream: { 'x-forwarded-host': 'before,test.example' } },
      },
    ],
  },
  {
    name: 'a host rewrite from a field keeps the host where the field is missing',
    routes: [all('a', { host_rewrite_header: 'x-host' })],
    requests: [
      { send: 'GET /', headers: ['x-host: other.example'], see: { authority: 'other.example' } },
      { send: 'GET /', see: { authority: 'test.example' } },
    ],
  },
  {
    name: 'a host rewrite from the path by regex',
    routes: [
      all('a', { host_rewrite_path_regex: { pattern: { regex: '^/([a-z]+)/.*$' }, substitution: '\\1.example' } }),
    ],
    requests: [
      { send: 'GET /shop/x?q=1', see: { authority: 'shop.example', path: '/shop/x?q=1' } },
      { send: 'GET /7/x', see: { authority: '/7/x' } },
    ],
  },
  {
    name: 'auto_host_rewrite leaves the host alone where the endpoint has no name',
    routes: [all('a', { auto_host_rewrite: true })],
    requests: [{ send: 'GET /', see: { authority: 'test.example' } }],
  },
  {
    name: 'a path in a field added is the path before the rewrite',
    routes: [
      {
        match: { prefix: '/old' },
        route: to('a', { prefix_rewrite: '/new' }),
        request_headers_to_add: [set('x-path', '%REQ(:PATH)%'), set('x-original', '%REQ(X-ENVOY-ORIGINAL-PATH)%')],
      },
    ],
    requests: [
      { send: 'GET /old/1', see: { path: '/new/1', upstream: { 'x-path': '/old/1', 'x-original': undefined } } },
    ],
  },
];

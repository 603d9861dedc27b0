/** Redirects: where to, with which status. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { all, set } from './short.ts';

const redirect = (redirect: JsonObject, match: JsonObject = { prefix: '/' }): readonly JsonObject[] => [
  { match, redirect },
];
const goes = (send: string, location: string, more: Partial<CaseRequest> = {}): CaseRequest => ({
  send,
  ...more,
  see: { status: 301, headers: { location }, attempts: 0, body: '', details: 'direct_response' },
});

export const redirectCases: readonly TrafficCase[] = [
  {
    name: 'a redirect of the host keeps path and query and answers 301',
    routes: redirect({ host_redirect: 'new.example' }),
    requests: [
      goes('GET /p?q=1', 'http://new.example/p?q=1'),
      goes('GET /', 'http://new.example/', { http2: true }),
      goes('POST /p', 'http://new.example/p'),
    ],
  },
  {
    name: 'a redirect to the same place is answered as any other',
    routes: redirect({ host_redirect: 'test.example' }),
    requests: [goes('GET /p', 'http://test.example/p')],
  },
  {
    name: 'a redirect to https drops the port of http',
    routes: redirect({ https_redirect: true }),
    requests: [
      goes('GET /p', 'https://test.example/p'),
      goes('GET /p', 'https://test.example/p', { host: 'test.example:80' }),
      goes('GET /p', 'https://test.example:8080/p', { host: 'test.example:8080' }),
    ],
  },
  {
    name: 'a redirect to a scheme and a port',
    routes: [
      { match: { prefix: '/default' }, redirect: { scheme_redirect: 'https', port_redirect: 443 } },
      { match: { prefix: '/' }, redirect: { scheme_redirect: 'https', port_redirect: 8443 } },
    ],
    requests: [
      goes('GET /p', 'https://test.example:8443/p'),
      goes('GET /p', 'https://test.example:8443/p', { host: 'test.example:80' }),
      goes('GET /p', 'https://[::1]:8443/p', { host: '[::1]:80' }),
      goes('GET /default', 'https://test.example:443/default'),
    ],
  },
  {
    name: 'a redirect of the path replaces the query only if it has one',
    routes: [
      { match: { prefix: '/with' }, redirect: { path_redirect: '/new?n=1' } },
      { match: { prefix: '/strip' }, redirect: { path_redirect: '/new', strip_query: true } },
      { match: { prefix: '/' }, redirect: { path_redirect: '/new' } },
    ],
    requests: [
      goes('GET /p?q=1', 'http://test.example/new?q=1'),
      goes('GET /with?q=1', 'http://test.example/new?n=1'),
      goes('GET /strip?q=1', 'http://test.example/new'),
    ],
  },
  {
    name: 'a redirect rewrites the prefix or by regex',
    routes: [
      { match: { prefix: '/old' }, redirect: { prefix_rewrite: '/new' } },
      {
        match: { prefix: '/' },
        redirect: { regex_rewrite: { pattern: { regex: '^/(.+)$' }, substitution: '/x/\\1' } },
      },
    ],
    requests: [
      goes('GET /old/a?q=1', 'http://test.example/new/a?q=1'),
      goes('GET /other?q=1', 'http://test.example/x/other?q=1'),
    ],
  },
  {
    name: 'every status of a redirect',
    routes: [
      { match: { prefix: '/302' }, redirect: { path_redirect: '/n', response_code: 'FOUND' } },
      { match: { prefix: '/303' }, redirect: { path_redirect: '/n', response_code: 'SEE_OTHER' } },
      { match: { prefix: '/307' }, redirect: { path_redirect: '/n', response_code: 'TEMPORARY_REDIRECT' } },
      { match: { prefix: '/308' }, redirect: { path_redirect: '/n', response_code: 'PERMANENT_REDIRECT' } },
    ],
    requests: [
      { send: 'GET /302', see: { status: 302 } },
      { send: 'GET /303', see: { status: 303 } },
      { send: 'GET /307', see: { status: 307 } },
      { send: 'GET /308', see: { status: 308 } },
    ],
  },
  {
    name: 'a redirect carries added fields and can change its own location',
    routes: [
      {
        match: { prefix: '/own' },
        redirect: { path_redirect: '/new' },
        response_headers_to_add: [set('location', 'http://own/')],
      },
      { match: { prefix: '/' }, redirect: { path_redirect: '/new' }, response_headers_to_add: [set('x-added', 'yes')] },
    ],
    requests: [
      { send: 'GET /p', see: { status: 301, headers: { 'x-added': 'yes', location: 'http://test.example/new' } } },
      { send: 'GET /own', see: { status: 301, headers: { location: 'http://own/' } } },
    ],
  },
  {
    name: 'a redirect takes its scheme from x-forwarded-proto of a trusted hop',
    routes: redirect({ host_redirect: 'new.example' }),
    requests: [goes('GET /p', 'https://new.example/p', { headers: ['x-forwarded-proto: https'] })],
  },
  {
    name: 'a virtual host that requires TLS redirects what is not https',
    routeConfig: {
      virtual_hosts: [{ name: 'test', domains: ['*'], require_tls: 'ALL', routes: [all()] }],
    },
    requests: [
      { send: 'GET /p?q=1', see: { status: 301, headers: { location: 'https://test.example/p?q=1' } } },
      { send: 'GET /p', headers: ['x-forwarded-proto: https'], see: { status: 200, endpoint: 'a' } },
    ],
  },
  {
    name: 'an internal redirect is followed by the proxy, once and to where a route leads',
    routes: [
      {
        match: { prefix: '/start' },
        route: {
          cluster: 'a',
          timeout: '0s',
          internal_redirect_policy: { max_internal_redirects: 1, redirect_response_codes: [302, 303] },
        },
      },
      all('b'),
    ],
    requests: [
      {
        send: 'GET /start',
        headers: ['x-do: status=302; only=a; header=location:http://test.example/end?x=1'],
        see: {
          status: 200,
          endpoint: 'b',
          path: '/end?x=1',
          attempts: 2,
          upstream: { 'x-envoy-original-url': 'http://test.example/start' },
        },
      },
      {
        send: 'GET /start',
        headers: ['x-do: status=301; only=a; header=location:http://test.example/end'],
        see: { status: 301, attempts: 1 },
      },
      {
        send: 'GET /start',
        headers: ['x-do: status=302; only=a; header=location:https://test.example/end'],
        see: { status: 302, attempts: 1 },
      },
      {
        send: 'POST /start',
        body: 'body',
        headers: ['x-do: status=303; only=a; header=location:http://test.example/end'],
        see: { status: 200, endpoint: 'b', method: 'GET', attempts: 2, upstreamBody: '' },
      },
    ],
  },
];

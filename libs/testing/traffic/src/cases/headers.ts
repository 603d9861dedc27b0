/** What is added to, set on and removed from requests and answers. */

import type { TrafficCase } from '../traffic-case.ts';
import { all, set, to } from './short.ts';

const append = 'APPEND_IF_EXISTS_OR_ADD';

export const headerCases: readonly TrafficCase[] = [
  {
    name: 'a field is appended, overwritten, added if absent, overwritten if there',
    routes: [
      {
        ...all(),
        request_headers_to_add: [
          set('x-append', 'new', append),
          set('x-over', 'new'),
          set('x-absent', 'new', 'ADD_IF_ABSENT'),
          set('x-exists', 'new', 'OVERWRITE_IF_EXISTS'),
        ],
      },
    ],
    requests: [
      {
        send: 'GET /',
        headers: ['x-append: old', 'x-over: old', 'x-absent: old', 'x-exists: old'],
        see: {
          upstream: { 'x-append': /^old, ?new$/, 'x-over': 'new', 'x-absent': 'old', 'x-exists': 'new' },
        },
      },
      {
        send: 'GET /',
        see: { upstream: { 'x-append': 'new', 'x-over': 'new', 'x-absent': 'new', 'x-exists': undefined } },
      },
    ],
  },
  {
    name: 'an overwrite replaces every field of the name',
    routes: [{ ...all(), request_headers_to_add: [set('x-v', 'new')] }],
    requests: [{ send: 'GET /', headers: ['x-v: 1', 'X-V: 2'], see: { upstream: { 'x-v': 'new' } } }],
  },
  {
    name: 'fields are removed from request and answer in any case of letters',
    routes: [{ ...all(), request_headers_to_remove: ['X-Secret'], response_headers_to_remove: ['x-endpoint'] }],
    requests: [
      {
        send: 'GET /',
        headers: ['x-SECRET: 1', 'x-kept: 1'],
        see: { upstream: { 'x-secret': undefined, 'x-kept': '1' }, headers: { 'x-endpoint': undefined } },
      },
    ],
  },
  {
    name: 'the most specific level is applied first: route, virtual host, route table',
    routeConfig: {
      request_headers_to_add: [set('x-order', 'table', append), set('x-set', 'table')],
      response_headers_to_add: [set('x-order', 'table', append)],
      virtual_hosts: [
        {
          name: 'test',
          domains: ['*'],
          request_headers_to_add: [set('x-order', 'host', append), set('x-set', 'host')],
          response_headers_to_add: [set('x-order', 'host', append)],
          routes: [
            {
              ...all(),
              request_headers_to_add: [set('x-order', 'route', append), set('x-set', 'route')],
              response_headers_to_add: [set('x-order', 'route', append)],
            },
          ],
        },
      ],
    },
    requests: [
      {
        send: 'GET /',
        see: {
          upstream: { 'x-order': 'route, host, table', 'x-set': 'table' },
          headers: { 'x-order': 'route, host, table' },
        },
      },
    ],
  },
  {
    name: 'most_specific_header_mutations_wins turns the order round',
    routeConfig: {
      most_specific_header_mutations_wins: true,
      request_headers_to_add: [set('x-order', 'table', append), set('x-set', 'table')],
      virtual_hosts: [
        {
          name: 'test',
          domains: ['*'],
          request_headers_to_add: [set('x-order', 'host', append), set('x-set', 'host')],
          routes: [{ ...all(), request_headers_to_add: [set('x-order', 'route', append), set('x-set', 'route')] }],
        },
      ],
    },
    requests: [{ send: 'GET /', see: { upstream: { 'x-order': 'table, host, route', 'x-set': 'route' } } }],
  },
  {
    name: 'values take command operators',
    routes: [
      {
        name: 'named',
        ...all(),
        request_headers_to_add: [
          set('x-path', '%REQ(:PATH)%'),
          set('x-method', 'm-%REQ(:METHOD)%-m'),
          set('x-alt', '%REQ(X-MISSING?X-THERE)%'),
          set('x-short', '%REQ(X-THERE):3%'),
          set('x-percent', '100%%'),
          set('x-protocol', '%PROTOCOL%'),
          set('x-route', '%ROUTE_NAME%'),
          set('x-ip', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'),
        ],
        response_headers_to_add: [set('x-code', '%RESPONSE_CODE%'), set('x-was', '%RESP(x-endpoint)%')],
      },
    ],
    requests: [
      {
        send: 'GET /p?q=1',
        headers: ['x-there: there'],
        see: {
          upstream: {
            'x-path': '/p?q=1',
            'x-method': 'm-GET-m',
            'x-alt': 'there',
            'x-short': 'the',
            'x-percent': '100%',
            'x-protocol': 'HTTP/1.1',
            'x-route': 'named',
            'x-ip': '127.0.0.1',
          },
          headers: { 'x-code': '200', 'x-was': 'a' },
        },
      },
    ],
  },
  {
    name: 'a field whose operator has no value is not added, or added empty where kept',
    routes: [
      {
        ...all(),
        request_headers_to_add: [
          set('x-none', '%REQ(X-MISSING)%'),
          { ...set('x-kept', '%REQ(X-MISSING)%'), keep_empty_value: true },
          set('x-part', 'a-%REQ(X-MISSING)%-b'),
        ],
      },
    ],
    requests: [{ send: 'GET /', see: { upstream: { 'x-none': undefined, 'x-kept': '', 'x-part': 'a--b' } } }],
  },
  {
    name: 'fields are added to answers that the proxy makes',
    routes: [
      {
        match: { prefix: '/direct' },
        direct_response: { status: 200 },
        response_headers_to_add: [set('x-added', 'yes')],
      },
      { ...all('closed'), response_headers_to_add: [set('x-added', 'yes')] },
    ],
    requests: [
      { send: 'GET /direct', see: { status: 200, headers: { 'x-added': 'yes' } } },
      { send: 'GET /', see: { status: 503, headers: { 'x-added': 'yes' } } },
    ],
  },
  {
    name: 'the answer of a missing route has no added fields but those of the table',
    routeConfig: {
      response_headers_to_add: [set('x-table', 'yes')],
      virtual_hosts: [
        {
          name: 'test',
          domains: ['*'],
          response_headers_to_add: [set('x-host', 'yes')],
          routes: [{ match: { path: '/only' }, route: to('a') }],
        },
      ],
    },
    requests: [{ send: 'GET /', see: { status: 404, headers: { 'x-table': undefined, 'x-host': undefined } } }],
  },
  {
    name: 'internal_only_headers are removed from requests from elsewhere',
    routeConfig: {
      internal_only_headers: ['x-inner'],
      virtual_hosts: [{ name: 'test', domains: ['*'], routes: [all()] }],
    },
    manager: { use_remote_address: true },
    requests: [
      { send: 'GET /', from: '127.0.0.2', headers: ['x-inner: 1'], see: { upstream: { 'x-inner': undefined } } },
    ],
  },
  {
    name: 'weighted clusters have fields of their own',
    routes: [
      {
        match: { prefix: '/' },
        route: {
          timeout: '0s',
          weighted_clusters: {
            clusters: [
              {
                name: 'a',
                weight: 1,
                request_headers_to_add: [set('x-w', 'in')],
                request_headers_to_remove: ['x-gone'],
                response_headers_to_add: [set('x-w', 'out')],
                response_headers_to_remove: ['content-type'],
              },
            ],
          },
        },
      },
    ],
    requests: [
      {
        send: 'GET /',
        headers: ['x-gone: 1'],
        see: {
          upstream: { 'x-w': 'in', 'x-gone': undefined },
          headers: { 'x-w': 'out', 'content-type': undefined },
        },
      },
    ],
  },
  {
    name: 'the header_mutation filter changes requests and answers in its order',
    filters: [
      {
        name: 'mutate',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
          mutations: {
            request_mutations: [{ append: set('x-new', '1') }, { remove: 'x-new' }, { append: set('x-last', '2') }],
            response_mutations: [{ append: set('x-answer', '3') }, { remove: 'x-endpoint' }],
          },
        },
      },
    ],
    routes: [all()],
    requests: [
      {
        send: 'GET /',
        see: {
          upstream: { 'x-new': undefined, 'x-last': '2' },
          headers: { 'x-answer': '3', 'x-endpoint': undefined },
        },
      },
    ],
  },
];

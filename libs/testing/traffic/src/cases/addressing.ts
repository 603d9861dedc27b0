/** Who the client is: x-forwarded-*, trusted hops, request ids, `via`, `server`, and which x-envoy fields are believed. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const manager = (more: JsonObject): Pick<TrafficCase, 'routes' | 'manager' | 'log'> => ({
  routes: [all()],
  manager: more,
  log: {
    remote: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    direct: '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
  },
});
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const addressingCases: readonly TrafficCase[] = [
  {
    name: 'x-forwarded-for goes on as it came where the remote address is not used, and its last is the client',
    ...manager({}),
    requests: [
      { send: 'GET /', see: { upstream: { 'x-forwarded-for': undefined }, log: { remote: '127.0.0.1' } } },
      {
        send: 'GET /',
        headers: ['x-forwarded-for: 1.1.1.1, 2.2.2.2'],
        see: { upstream: { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' }, log: { remote: '2.2.2.2', direct: '127.0.0.1' } },
      },
    ],
  },
  {
    name: 'the remote address is appended to x-forwarded-for and is the client',
    ...manager({ use_remote_address: true }),
    requests: [
      { send: 'GET /', from: '127.0.0.2', see: { upstream: { 'x-forwarded-for': '127.0.0.2' } } },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 1.1.1.1'],
        see: { upstream: { 'x-forwarded-for': '1.1.1.1,127.0.0.2' }, log: { remote: '127.0.0.2' } },
      },
    ],
  },
  {
    name: 'skip_xff_append leaves x-forwarded-for alone',
    ...manager({ use_remote_address: true, skip_xff_append: true }),
    requests: [
      { send: 'GET /', from: '127.0.0.2', see: { upstream: { 'x-forwarded-for': undefined } } },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 1.1.1.1'],
        see: { upstream: { 'x-forwarded-for': '1.1.1.1' } },
      },
    ],
  },
  {
    name: 'trusted hops count from the right of x-forwarded-for',
    ...manager({ xff_num_trusted_hops: 1 }),
    requests: [
      { send: 'GET /', headers: ['x-forwarded-for: 1.1.1.1, 2.2.2.2, 3.3.3.3'], see: { log: { remote: '2.2.2.2' } } },
      { send: 'GET /', headers: ['x-forwarded-for: 3.3.3.3'], see: { log: { remote: '127.0.0.1' } } },
      { send: 'GET /', headers: ['x-forwarded-for: 2001:db8::1, 3.3.3.3'], see: { log: { remote: '2001:db8::1' } } },
      { send: 'GET /', headers: ['x-forwarded-for: nonsense, 3.3.3.3'], see: { log: { remote: '127.0.0.1' } } },
    ],
  },
  {
    name: 'trusted hops before an edge proxy',
    ...manager({ use_remote_address: true, xff_num_trusted_hops: 2 }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 1.1.1.1, 2.2.2.2, 3.3.3.3'],
        see: { log: { remote: '2.2.2.2' }, upstream: { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 3.3.3.3,127.0.0.2' } },
      },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 3.3.3.3'],
        see: { log: { remote: '127.0.0.2' } },
      },
    ],
  },
  {
    name: 'x-envoy-external-address tells the client from outside, x-envoy-internal the one from inside',
    ...manager({ use_remote_address: true, xff_num_trusted_hops: 1 }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 8.8.8.8'],
        see: { upstream: { 'x-envoy-external-address': '8.8.8.8', 'x-envoy-internal': undefined } },
      },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-envoy-internal: true', 'x-envoy-external-address: 9.9.9.9'],
        see: { upstream: { 'x-envoy-external-address': '127.0.0.2', 'x-envoy-internal': undefined } },
      },
    ],
  },
  {
    name: 'internal addresses are those of the table',
    ...manager({
      use_remote_address: true,
      internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
    }),
    requests: [{ send: 'GET /', from: '127.0.0.2', see: { upstream: { 'x-envoy-internal': 'true' } } }],
  },
  {
    name: 'x-forwarded-proto is the scheme of the connection unless a trusted hop told it',
    ...manager({}),
    requests: [
      { send: 'GET /', see: { upstream: { 'x-forwarded-proto': 'http' } } },
      { send: 'GET /', headers: ['x-forwarded-proto: https'], see: { upstream: { 'x-forwarded-proto': 'https' } } },
      { send: 'GET /', headers: ['x-forwarded-proto: ftp'], see: {} },
      { send: 'GET /', http2: true, see: { upstream: { 'x-forwarded-proto': 'http' } } },
    ],
  },
  {
    name: 'x-forwarded-proto of a client is not believed at the edge',
    ...manager({ use_remote_address: true }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-proto: https'],
        see: { upstream: { 'x-forwarded-proto': 'http' } },
      },
    ],
  },
  {
    name: 'x-envoy fields that steer the router are believed from inside only',
    ...manager({ use_remote_address: true }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: [
          'x-envoy-max-retries: 1',
          'x-envoy-retry-on: 5xx',
          'x-envoy-upstream-alt-stat-name: x',
          'x-envoy-decorator-operation: x',
          'x-envoy-force-trace: true',
        ],
        see: {
          upstream: {
            'x-envoy-max-retries': undefined,
            'x-envoy-retry-on': undefined,
            'x-envoy-upstream-alt-stat-name': undefined,
            'x-envoy-decorator-operation': undefined,
            'x-envoy-force-trace': undefined,
          },
        },
      },
    ],
  },
  {
    name: 'x-envoy fields of the router are consumed, others go on',
    ...manager({}),
    requests: [
      {
        send: 'GET /',
        headers: [
          'x-envoy-max-retries: 1',
          'x-envoy-retry-on: 5xx',
          'x-envoy-upstream-rq-timeout-ms: 5000',
          'x-envoy-else: 1',
        ],
        see: {
          upstream: {
            'x-envoy-max-retries': undefined,
            'x-envoy-retry-on': undefined,
            'x-envoy-upstream-rq-timeout-ms': undefined,
            'x-envoy-else': '1',
          },
        },
      },
    ],
  },
  {
    name: 'suppress_envoy_headers adds no field of the router',
    routes: [all()],
    manager: {
      http_filters: [
        {
          name: 'router',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
            suppress_envoy_headers: true,
          },
        },
      ],
    },
    requests: [
      {
        send: 'GET /',
        see: {
          headers: { 'x-envoy-upstream-service-time': undefined },
          upstream: { 'x-envoy-expected-rq-timeout-ms': undefined },
        },
      },
    ],
  },
  {
    name: 'the answer tells how long the endpoint took, in milliseconds',
    ...manager({}),
    requests: [{ send: 'GET /', see: { headers: { 'x-envoy-upstream-service-time': /^\d+$/ } } }],
  },
  {
    name: 'a request gets an id of its own where it has none',
    ...manager({}),
    requests: [
      { send: 'GET /', see: { upstream: { 'x-request-id': uuid }, headers: { 'x-request-id': undefined } } },
      { send: 'GET /', headers: ['x-request-id: mine'], see: { upstream: { 'x-request-id': 'mine' } } },
    ],
  },
  {
    name: 'the id of a request from outside is replaced at the edge unless it is to be kept',
    ...manager({ use_remote_address: true, xff_num_trusted_hops: 1 }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-request-id: mine', 'x-forwarded-for: 8.8.8.8'],
        see: { upstream: { 'x-request-id': uuid } },
      },
    ],
  },
  {
    name: 'preserve_external_request_id keeps the id of a request from outside',
    ...manager({ use_remote_address: true, preserve_external_request_id: true }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-request-id: mine'],
        see: { upstream: { 'x-request-id': 'mine' } },
      },
    ],
  },
  {
    name: 'generate_request_id false makes none',
    ...manager({ generate_request_id: false }),
    requests: [
      { send: 'GET /', see: { upstream: { 'x-request-id': undefined } } },
      { send: 'GET /', headers: ['x-request-id: mine'], see: { upstream: { 'x-request-id': 'mine' } } },
    ],
  },
  {
    name: 'always_set_request_id_in_response tells the id to the client',
    ...manager({ always_set_request_id_in_response: true }),
    requests: [
      { send: 'GET /', see: { headers: { 'x-request-id': uuid } } },
      { send: 'GET /', headers: ['x-request-id: mine'], see: { headers: { 'x-request-id': 'mine' } } },
    ],
  },
  {
    name: 'via is appended both ways',
    ...manager({ via: 'weft' }),
    requests: [
      {
        send: 'GET /',
        headers: ['via: 1.1 before', 'x-do: header=via:1.1 origin'],
        see: { upstream: { via: /^1\.1 before, ?weft$/ }, headers: { via: /^1\.1 origin, ?weft$/ } },
      },
    ],
  },
  {
    name: 'the server field is overwritten',
    ...manager({}),
    requests: [{ send: 'GET /', headers: ['x-do: header=server:origin'], see: { headers: { server: 'envoy' } } }],
  },
  {
    name: 'the server field has the name of the table',
    ...manager({ server_name: 'weft-test' }),
    requests: [{ send: 'GET /', headers: ['x-do: header=server:origin'], see: { headers: { server: 'weft-test' } } }],
  },
  {
    name: 'the server field is added only if absent',
    ...manager({ server_header_transformation: 'APPEND_IF_ABSENT' }),
    requests: [
      { send: 'GET /', headers: ['x-do: header=server:origin'], see: { headers: { server: 'origin' } } },
      { send: 'GET /', see: { headers: { server: 'envoy' } } },
    ],
  },
  {
    name: 'the server field passes through',
    ...manager({ server_header_transformation: 'PASS_THROUGH' }),
    requests: [
      { send: 'GET /', headers: ['x-do: header=server:origin'], see: { headers: { server: 'origin' } } },
      { send: 'GET /', see: { headers: { server: undefined } } },
    ],
  },
  {
    name: 'x-forwarded-client-cert of a client without TLS is removed, or goes on where forwarding is asked',
    ...manager({ forward_client_cert_details: 'SANITIZE' }),
    requests: [
      {
        send: 'GET /',
        headers: ['x-forwarded-client-cert: By=x'],
        see: { upstream: { 'x-forwarded-client-cert': undefined } },
      },
    ],
  },
  {
    name: 'x-forwarded-client-cert goes on always where the table says so',
    ...manager({ forward_client_cert_details: 'ALWAYS_FORWARD_ONLY' }),
    requests: [
      {
        send: 'GET /',
        headers: ['x-forwarded-client-cert: By=x'],
        see: { upstream: { 'x-forwarded-client-cert': 'By=x' } },
      },
    ],
  },
  {
    name: 'a date is added to an answer without one, and an answer keeps its own',
    routes: [{ match: { path: '/direct' }, direct_response: { status: 200 } }, all()],
    requests: [
      { send: 'GET /direct', see: { headers: { date: /GMT$/ } } },
      {
        send: 'GET /',
        headers: ['x-do: header=date:Mon, 01 Jan 2024 00:00:00 GMT'],
        see: { headers: { date: 'Mon, 01 Jan 2024 00:00:00 GMT' } },
      },
    ],
  },
];

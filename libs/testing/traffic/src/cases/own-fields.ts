/** Fields that the proxy adds itself: service time, request id, `via`, `server`, `date`, x-forwarded-client-cert. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const manager = (more: JsonObject): Pick<TrafficCase, 'routes' | 'manager'> => ({ routes: [all()], manager: more });
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const ownFieldCases: readonly TrafficCase[] = [
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

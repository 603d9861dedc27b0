/** The access log: flags and details of answers, and what operators say. */

import { rawAnswer } from '../backend/behaviour.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { all, prefix } from './short.ts';

export const accessLogCases: readonly TrafficCase[] = [
  {
    name: 'log: what an ordinary request says of itself',
    routes: [all()],
    log: {
      method: '%REQ(:METHOD)%',
      path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
      short: '%REQ(:PATH):4%',
      authority: '%REQ(:AUTHORITY)%',
      protocol: '%PROTOCOL%',
      code: '%RESPONSE_CODE%',
      received: '%BYTES_RECEIVED%',
      sent: '%BYTES_SENT%',
      response: '%RESP(X-ENDPOINT)%',
      missing: '%REQ(X-MISSING)%',
      attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
      remote: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
      local: '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
      sni: '%REQUESTED_SERVER_NAME%',
      failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
      termination: '%CONNECTION_TERMINATION_DETAILS%',
      duration: '%DURATION%',
      start: '%START_TIME(%Y-%m-%d)%',
    },
    requests: [
      {
        send: 'POST /path?q=1',
        body: 'hello',
        see: {
          flag: '-',
          details: 'via_upstream',
          log: {
            method: 'POST',
            path: '/path?q=1',
            short: '/pat',
            authority: 'test.example',
            protocol: 'HTTP/1.1',
            code: '200',
            received: '5',
            sent: '16',
            response: 'a',
            missing: '-',
            attempts: '1',
            remote: '127.0.0.1',
            local: '127.0.0.1',
            sni: '-',
            failure: '-',
            termination: '-',
            duration: /^\d+$/,
            start: /^\d{4}-\d\d-\d\d$/,
          },
        },
      },
    ],
    ignore: { fields: ['log'], because: 'durations differ from run to run' },
  },
  {
    name: 'log: HTTP/2 and gRPC say so',
    routes: [all()],
    clusters: { a: { endpoints: ['a'], http2: true } },
    log: {
      protocol: '%PROTOCOL%',
      grpc: '%GRPC_STATUS%',
      number: '%GRPC_STATUS_NUMBER%',
      snake: '%GRPC_STATUS(SNAKE_STRING)%',
    },
    requests: [
      {
        send: 'POST /',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers', 'x-do: grpc=5'],
        see: { log: { protocol: 'HTTP/2', grpc: 'NotFound', number: '5', snake: 'NOT_FOUND' } },
      },
      { send: 'GET /', http2: true, see: { log: { protocol: 'HTTP/2', grpc: '-' } } },
    ],
  },
  {
    name: 'log: answers without an endpoint',
    routes: [
      { match: { prefix: '/direct' }, direct_response: { status: 204 } },
      { match: { prefix: '/redirect' }, redirect: { path_redirect: '/x' } },
      prefix('/closed', 'closed'),
      prefix('/nowhere', 'nowhere'),
      prefix('/empty', 'empty'),
    ],
    clusters: { closed: { endpoints: ['closed'] }, empty: { endpoints: [] } },
    routeConfigMore: { validate_clusters: false },
    log: { code: '%RESPONSE_CODE%', attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%', host: '%UPSTREAM_HOST%' },
    requests: [
      {
        send: 'GET /direct',
        see: { flag: '-', details: 'direct_response', log: { code: '204', attempts: '0', host: '-' } },
      },
      { send: 'GET /redirect', see: { flag: '-', details: 'direct_response', log: { code: '301' } } },
      {
        send: 'GET /closed',
        see: {
          flag: 'UF',
          details: /^upstream_reset_before_response_started\{remote_connection_failure/,
          body: /^upstream connect error or disconnect\/reset before headers\./,
          log: { code: '503', attempts: '1' },
        },
      },
      { send: 'GET /nowhere', see: { flag: 'NC', details: 'cluster_not_found', log: { code: '503', attempts: '0' } } },
      { send: 'GET /empty', see: { flag: 'UH', details: 'no_healthy_upstream', log: { code: '503' } } },
      { send: 'GET /none', see: { flag: 'NR', details: 'route_not_found', log: { code: '404', attempts: '0' } } },
    ],
    ignore: { fields: ['log'], because: 'ports of endpoints are not the same for both peers where one is refused' },
  },
  {
    name: 'log: an endpoint that breaks off before its answer',
    routes: [all()],
    log: { code: '%RESPONSE_CODE%' },
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: close'],
        see: {
          status: 503,
          flag: 'UC',
          details: /^upstream_reset_before_response_started\{connection_termination/,
          body: /reset reason: connection termination$/,
        },
      },
      {
        send: 'GET /',
        headers: ['x-do: reset'],
        see: { status: 503, flag: 'UC', details: /^upstream_reset_before_response_started\{connection_termination/ },
      },
    ],
  },
  {
    name: 'log: an endpoint that breaks off in its answer',
    routes: [all()],
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: cut'],
        see: {
          status: 200,
          body: /<cut>$/,
          flag: 'UPE',
          details: 'upstream_reset_after_response_started{protocol_error}',
        },
      },
    ],
  },
  {
    name: 'log: an answer that is none',
    routes: [all()],
    requests: [
      {
        send: 'GET /',
        headers: [rawAnswer('garbage\r\n\r\n', true)],
        see: { status: 502, flag: 'UPE', details: /^upstream_reset_before_response_started\{protocol_error/ },
      },
      {
        send: 'GET /',
        headers: [rawAnswer('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', true)],
        see: { status: 502, flag: 'UPE' },
      },
      {
        send: 'GET /',
        headers: [
          rawAnswer('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', true),
        ],
        see: { status: 502, flag: 'UPE' },
      },
      {
        send: 'GET /',
        headers: [rawAnswer('HTTP/1.1 200 OK\r\nx y: 1\r\ncontent-length: 0\r\n\r\n', true)],
        see: { status: 502, flag: 'UPE' },
      },
      {
        send: 'GET /',
        headers: [rawAnswer('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n', true)],
        see: { status: 502 },
      },
    ],
  },
];

/** Circuit breakers of a cluster, by priority. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseCluster, TrafficCase } from '../traffic-case.ts';
import { route } from './parts.ts';

function limited(threshold: JsonObject, http2 = false): CaseCluster {
  return { endpoints: ['a'], http2, merge: { circuit_breakers: { thresholds: [threshold] } } };
}

const slow = { send: 'GET /', headers: ['x-do: delay=150'] } as const;

export const breakerCases: readonly TrafficCase[] = [
  {
    name: 'a full connection pool without room to wait answers 503 with UO',
    routes: [route('one')],
    clusters: { one: limited({ max_connections: 1, max_pending_requests: 1 }) },
    requests: [
      { send: 'GET /', see: { status: 200 } },
      { ...slow, times: 5, parallel: true, see: { tally: { '200 -': 2, '503 UO': 3 } } },
      { send: 'GET /', see: { status: 200 } },
    ],
  },
  {
    name: 'requests wait for a connection as many as may be pending',
    routes: [route('one')],
    clusters: { one: limited({ max_connections: 1, max_pending_requests: 3 }) },
    requests: [
      { send: 'GET /', see: { status: 200 } },
      {
        send: 'GET /',
        headers: ['x-do: delay=50'],
        times: 6,
        parallel: true,
        see: { tally: { '200 -': 4, '503 UO': 2 } },
      },
    ],
  },
  {
    name: 'max_pending_requests of zero refuses every request that needs a new connection',
    routes: [route('none')],
    clusters: { none: limited({ max_pending_requests: 0 }) },
    requests: [
      {
        send: 'GET /',
        see: {
          status: 503,
          flag: 'UO',
          attempts: 0,
          body: 'upstream connect error or disconnect/reset before headers. reset reason: overflow',
          headers: { 'x-envoy-overloaded': 'true' },
        },
      },
    ],
  },
  {
    name: 'max_requests bounds the streams of an HTTP/2 cluster',
    routes: [route('two')],
    clusters: { two: limited({ max_requests: 2 }, true) },
    requests: [
      { send: 'GET /', see: { status: 200 } },
      { ...slow, times: 5, parallel: true, see: { tally: { '200 -': 2, '503 UO': 3 } } },
    ],
  },
  {
    name: 'max_requests bounds an HTTP/1 cluster too',
    routes: [route('two')],
    clusters: { two: limited({ max_requests: 2 }) },
    requests: [{ ...slow, times: 4, parallel: true, see: { tally: { '200 -': 2, '503 UO': 2 } } }],
  },
  {
    name: 'routes with priority HIGH have thresholds of their own',
    routes: [
      { match: { prefix: '/high' }, route: { cluster: 'split', timeout: '0s', priority: 'HIGH' } },
      { match: { prefix: '/' }, route: { cluster: 'split', timeout: '0s' } },
    ],
    clusters: {
      split: {
        endpoints: ['a'],
        merge: {
          circuit_breakers: { thresholds: [{ priority: 'DEFAULT', max_pending_requests: 0 }, { priority: 'HIGH' }] },
        },
      },
    },
    requests: [
      { send: 'GET /high', see: { status: 200 } },
      { send: 'GET /low', see: { status: 503, flag: 'UO' } },
    ],
  },
  {
    name: 'max_requests_per_connection of one opens a connection for each request and says so',
    routes: [route('once')],
    clusters: {
      once: { endpoints: ['a'], merge: { common_http_protocol_options: { max_requests_per_connection: 1 } } },
    },
    requests: [{ send: 'GET /', times: 3, see: { tally: { '200 -': 3 } } }],
  },
  {
    name: 'gRPC gets status 14 when a breaker is open',
    routes: [route('none')],
    clusters: { none: limited({ max_pending_requests: 0 }, true) },
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: {
          status: 200,
          flag: 'UO',
          headers: { 'grpc-status': '14', 'content-type': 'application/grpc' },
          body: '',
        },
      },
    ],
  },
];

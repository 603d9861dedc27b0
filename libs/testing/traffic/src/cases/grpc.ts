/** gRPC: statuses of answers that the proxy makes, trailers, deadlines. */

import type { CaseRequest, Expected, TrafficCase } from '../traffic-case.ts';
import { all, h2cluster, to } from './short.ts';

const grpc = ['content-type: application/grpc', 'te: trailers'];
const call = (see: Expected, ...more: readonly string[]): CaseRequest => ({
  send: 'POST /shop.Cart/Add',
  http2: true,
  headers: [...grpc, ...more],
  body: '\u0000\u0000\u0000\u0000\u0000',
  see,
});
const up: Pick<TrafficCase, 'clusters'> = {
  clusters: { ...h2cluster, closed: { endpoints: ['closed'], http2: true } },
};
export const grpcCases: readonly TrafficCase[] = [
  {
    name: 'gRPC: a unary call has its status in the trailers',
    ...up,
    routes: [all()],
    requests: [
      call(
        {
          status: 200,
          trailers: { 'grpc-status': '0' },
          upstream: { te: 'trailers', 'content-type': 'application/grpc' },
        },
        'x-do: grpc=0; header=content-type:application/grpc',
      ),
      call(
        { status: 200, trailers: { 'grpc-status': '5', 'grpc-message': 'none' } },
        'x-do: grpc=5; trailer=grpc-message:none',
      ),
    ],
  },
  {
    name: 'gRPC: an answer of trailers only',
    ...up,
    routes: [all()],
    requests: [
      call(
        { status: 200, headers: { 'grpc-status': '7' }, body: '' },
        'x-do: grpc-head=7; body=0; header=content-type:application/grpc',
      ),
    ],
  },
  {
    name: 'gRPC: metadata goes through, binary as it is',
    ...up,
    routes: [all()],
    requests: [
      call(
        { upstream: { 'x-meta': 'm', 'trace-bin': 'AAEC/w==' }, headers: { 'back-bin': 'AAEC' } },
        'x-meta: m',
        'trace-bin: AAEC/w==',
        'x-do: grpc=0; header=back-bin:AAEC',
      ),
    ],
  },
  {
    name: 'gRPC: no route is UNIMPLEMENTED',
    ...up,
    routes: [{ match: { path: '/only' }, route: to('a') }],
    requests: [
      call({
        status: 200,
        headers: { 'grpc-status': '12', 'content-type': 'application/grpc', 'grpc-message': undefined },
        flag: 'NR',
        body: '',
      }),
    ],
  },
  {
    name: 'gRPC: a refused connection and an unknown cluster are UNAVAILABLE',
    ...up,
    routes: [{ match: { prefix: '/unknown' }, route: to('nowhere') }, all('closed')],
    routeConfigMore: { validate_clusters: false },
    requests: [
      call({
        status: 200,
        headers: { 'grpc-status': '14', 'grpc-message': /^upstream%20connect|^upstream connect/ },
        flag: 'UF',
      }),
      { ...call({ status: 200, headers: { 'grpc-status': '14' }, flag: 'NC' }), send: 'POST /unknown' },
    ],
  },
  {
    name: 'gRPC: the status of an answer that the proxy makes follows its HTTP status',
    ...up,
    routes: [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504].map((status) => ({
      match: { path: `/${status}` },
      direct_response: { status },
    })),
    requests: (
      [
        [400, '13'],
        [401, '16'],
        [403, '7'],
        [404, '12'],
        [408, '2'],
        [413, '2'],
        [429, '14'],
        [500, '2'],
        [502, '14'],
        [503, '14'],
        [504, '14'],
      ] as const
    ).map(([status, code]) => ({
      ...call({ status: 200, headers: { 'grpc-status': code } }),
      send: `POST /${status}`,
    })),
  },
  {
    name: 'gRPC: an HTTP error of the endpoint keeps its status and gets a gRPC status',
    ...up,
    routes: [all()],
    requests: [call({ status: 503, headers: { 'grpc-status': undefined } }, 'x-do: status=503')],
  },
  {
    name: 'gRPC: a stream that the endpoint breaks off is UNAVAILABLE before its answer',
    ...up,
    routes: [all()],
    requests: [call({ status: 200, headers: { 'grpc-status': '14' }, flag: 'UR' }, 'x-do: reset')],
  },
  {
    name: 'gRPC: a timeout of the route is UNAVAILABLE',
    ...up,
    routes: [{ match: { prefix: '/' }, route: { cluster: 'a', timeout: '0.1s' } }],
    requests: [
      call({ status: 200, headers: { 'grpc-status': '14' }, flag: 'UT', lessThanMs: 1_500 }, 'x-do: delay=2000'),
    ],
  },
  {
    name: 'gRPC: over HTTP/1.1 a local answer is a gRPC status, too',
    routes: [{ match: { prefix: '/' }, direct_response: { status: 403 } }],
    requests: [
      {
        send: 'POST /',
        headers: ['content-type: application/grpc'],
        see: { status: 200, headers: { 'grpc-status': '7', 'content-type': 'application/grpc' } },
      },
    ],
  },
  {
    name: 'gRPC: the message of a status is percent-encoded',
    ...up,
    routes: [{ match: { prefix: '/' }, direct_response: { status: 403, body: { inline_string: 'a%b\n\u00e4' } } }],
    requests: [call({ headers: { 'grpc-message': /^a%25b%0A/ } })],
  },
  {
    name: 'gRPC: 4 MiB arrive whole',
    ...up,
    routes: [all()],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: [...grpc, 'x-do: grpc=0; body=1'],
        bodyBytes: 4_194_304,
        see: { status: 200, trailers: { 'grpc-status': '0' } },
      },
    ],
  },
];

/** gRPC-Web: what a browser sends becomes gRPC, and back. */

import { rawAnswer } from '../backend/behaviour.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { all, h2cluster } from './short.ts';

const up: Pick<TrafficCase, 'clusters'> = { clusters: h2cluster };
const web = {
  filters: [
    {
      name: 'web',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb' },
    },
  ],
};

export const grpcWebCases: readonly TrafficCase[] = [
  {
    name: 'gRPC-Web: a binary call becomes gRPC, trailers become the last frame',
    ...up,
    ...web,
    routes: [all()],
    requests: [
      {
        send: 'POST /s/m',
        headers: [
          'content-type: application/grpc-web+proto',
          'x-do: grpc=0; body=1; header=content-type:application/grpc+proto',
        ],
        body: '\u0000\u0000\u0000\u0000\u0000',
        see: {
          status: 200,
          upstream: { 'content-type': 'application/grpc', te: 'trailers', 'grpc-accept-encoding': /identity/ },
          headers: { 'content-type': 'application/grpc-web+proto' },
          body: /^x\u0080\u0000\u0000\u0000.grpc-status: ?0\r\n/s,
        },
      },
    ],
  },
  {
    name: 'gRPC-Web: a text call is base64 both ways',
    ...up,
    ...web,
    routes: [all()],
    requests: [
      {
        send: 'POST /s/m',
        headers: [
          'content-type: application/grpc-web-text',
          'accept: application/grpc-web-text',
          'x-do: grpc=0; body=0; header=content-type:application/grpc',
        ],
        body: 'AAAAAAA=',
        see: {
          status: 200,
          upstreamBody: '\u0000\u0000\u0000\u0000\u0000',
          headers: { 'content-type': 'application/grpc-web-text+proto' },
          body: 'gAAAAA9ncnBjLXN0YXR1czowDQo=',
        },
      },
    ],
  },
  {
    name: 'gRPC-Web: a text body that is no base64 is refused, and no endpoint takes what came for a whole call',
    ...up,
    ...web,
    routes: [all()],
    requests: [
      {
        send: 'POST /s/m',
        headers: ['content-type: application/grpc-web-text'],
        body: '!!!!',
        see: { status: 400, attempts: 0, details: 'grpc_base_64_decode_failed' },
      },
    ],
  },
  {
    name: 'gRPC-Web: what is no gRPC-Web is left alone',
    ...up,
    ...web,
    routes: [all()],
    requests: [
      {
        send: 'POST /',
        headers: ['content-type: application/json'],
        body: '{}',
        see: { upstream: { 'content-type': 'application/json', te: undefined } },
      },
    ],
  },
  {
    name: 'gRPC-Web: an answer that the proxy makes keeps its HTTP status and gets a gRPC status',
    ...up,
    ...web,
    routes: [{ match: { prefix: '/' }, direct_response: { status: 403, body: { inline_string: 'no' } } }],
    requests: [
      {
        send: 'POST /',
        headers: ['content-type: application/grpc-web+proto'],
        see: { status: 403, body: '', headers: { 'grpc-status': '7', 'grpc-message': 'no' } },
      },
    ],
  },
  {
    name: 'gRPC-Web: an HTTP error of the endpoint keeps its status and gets a gRPC status',
    routes: [all()],
    ...web,
    requests: [
      {
        send: 'POST /',
        headers: [
          'content-type: application/grpc-web+proto',
          rawAnswer('HTTP/1.1 503 No\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nbusy'),
        ],
        see: {
          status: 503,
          body: '',
          headers: { 'grpc-status': '14', 'grpc-message': 'busy', 'content-type': 'application/grpc-web+proto' },
        },
      },
    ],
  },
];

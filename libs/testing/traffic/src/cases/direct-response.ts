/** Answers that a route gives itself. */

import type { TrafficCase } from '../traffic-case.ts';
import { all, set } from './short.ts';

export const directResponseCases: readonly TrafficCase[] = [
  {
    name: 'a direct response has its status and its body as text',
    routes: [
      { match: { path: '/empty' }, direct_response: { status: 204 } },
      { match: { prefix: '/' }, direct_response: { status: 418, body: { inline_string: 'tea\n' } } },
    ],
    requests: [
      {
        send: 'GET /',
        see: {
          status: 418,
          body: 'tea\n',
          attempts: 0,
          headers: { 'content-type': 'text/plain', 'content-length': '4' },
          flag: '-',
          details: 'direct_response',
        },
      },
      { send: 'GET /empty', see: { status: 204, body: '', headers: { 'content-length': undefined } } },
    ],
  },
  {
    name: 'a direct response to HEAD has the length and no body',
    routes: [{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'four' } } }],
    requests: [
      { send: 'HEAD /', see: { status: 200, body: '', headers: { 'content-length': '4' } } },
      { send: 'HEAD /', http2: true, see: { status: 200, body: '', headers: { 'content-length': '4' } } },
    ],
  },
  {
    name: 'a direct response of octets',
    routes: [{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_bytes: 'AAECww==' } } }],
    requests: [{ send: 'GET /', see: { status: 200, body: '\u0000\u0001\u0002\u00c3' } }],
  },
  {
    name: 'a direct response can be given a content type',
    routes: [
      {
        match: { prefix: '/' },
        direct_response: { status: 200, body: { inline_string: '{}' } },
        response_headers_to_add: [set('content-type', 'application/json')],
      },
    ],
    requests: [{ send: 'GET /', see: { status: 200, headers: { 'content-type': 'application/json' } } }],
  },
  {
    name: 'an upload that is answered before its end is answered at once',
    routes: [{ match: { prefix: '/' }, direct_response: { status: 403 } }],
    requests: [
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ncontent-length: 500\r\n\r\nhello',
        see: { status: 403, headers: { connection: 'close' }, lessThanMs: 2_000 },
      },
    ],
  },
  {
    name: 'a direct response to gRPC is a gRPC status',
    routes: [
      { match: { path: '/403' }, direct_response: { status: 403, body: { inline_string: 'no entry' } } },
      { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'fine' } } },
    ],
    requests: [
      {
        send: 'POST /403',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: {
          status: 200,
          body: '',
          headers: { 'grpc-status': '7', 'grpc-message': 'no entry', 'content-type': 'application/grpc' },
        },
      },
      {
        send: 'POST /',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: { status: 200, headers: { 'grpc-status': '2', 'grpc-message': 'fine' } },
      },
    ],
  },
  {
    name: 'a body above 4096 octets is let through where the table allows it',
    routes: [{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'x'.repeat(5_000) } } }],
    routeConfigMore: { max_direct_response_body_size_bytes: 8_192 },
    requests: [{ send: 'GET /', see: { status: 200, body: 'x'.repeat(5_000) } }],
  },
  {
    name: 'the body of an answer that the proxy makes can be mapped',
    routes: [{ match: { path: '/direct' }, direct_response: { status: 403 } }, all('closed')],
    manager: {
      local_reply_config: {
        mappers: [
          {
            filter: {
              status_code_filter: { comparison: { op: 'EQ', value: { default_value: 503, runtime_key: 'x' } } },
            },
            status_code: 502,
            body: { inline_string: 'mapped' },
            headers_to_add: [set('x-mapped', '%RESPONSE_CODE%')],
          },
        ],
        body_format: { json_format: { code: '%RESPONSE_CODE%', text: '%LOCAL_REPLY_BODY%' } },
      },
    },
    requests: [
      {
        send: 'GET /',
        see: {
          status: 502,
          headers: { 'x-mapped': /502|503/, 'content-type': 'application/json' },
          body: '{"code":502,"text":"mapped"}\n',
        },
      },
      { send: 'GET /direct', see: { status: 403, body: '{"code":403,"text":""}\n' } },
    ],
  },
];

/** Requests of HTTP/1.1 that are malformed or can be read in two ways. */

import type { TrafficCase } from '../traffic-case.ts';
import { bad, get, good, post, raw, routes } from './hostile-requests.ts';

export const hostileCases: readonly TrafficCase[] = [
  {
    name: 'a request line that is none is refused',
    routes,
    requests: [
      raw(['GET / HTTP/1.1 x', 'host: x'], '', bad),
      raw(['GET / HTTQ/1.1', 'host: x'], '', bad),
      raw(['G@T / HTTP/1.1', 'host: x'], '', bad),
      raw(['/ HTTP/1.1', 'host: x'], '', bad),
    ],
  },
  {
    name: 'a target with a space or a control character is refused',
    routes,
    requests: [
      raw(['GET /a b HTTP/1.1', 'host: x'], '', bad),
      raw(['GET /a\tb HTTP/1.1', 'host: x'], '', bad),
      raw(['GET /a\u0001b HTTP/1.1', 'host: x'], '', bad),
      raw(['GET /a\u007fb HTTP/1.1', 'host: x'], '', bad),
    ],
  },
  {
    name: 'a target with octets above ASCII',
    routes,
    requests: [raw(['GET /\u00e4 HTTP/1.1', 'host: x', 'x-case: {id}'], '', bad)],
  },
  {
    name: 'a target that is neither path nor URL is refused',
    routes,
    requests: [
      raw(['GET x HTTP/1.1', 'host: x'], '', { ...bad, flag: 'DPE' }),
      raw(['GET ?x HTTP/1.1', 'host: x'], '', { ...bad, flag: 'DPE' }),
    ],
  },
  {
    name: 'a request without Host is refused',
    routes,
    requests: [get([], { status: 400, attempts: 0, details: 'missing_host_header' })],
  },
  {
    name: 'an ill-formed Host is refused',
    routes,
    requests: [get(['host: a b'], { status: 400, attempts: 0 }), get(['host: a/b'], { status: 400, attempts: 0 })],
  },
  {
    name: 'two different lengths are refused, and two equal ones',
    routes,
    requests: [
      post(['content-length: 5', 'content-length: 6'], 'hello', bad),
      post(['content-length: 5', 'content-length: 5'], 'hello', bad),
      post(['content-length: 5, 5'], 'hello', bad),
    ],
  },
  {
    name: 'a length that is no number is refused',
    routes,
    requests: [
      post(['content-length: x'], '', bad),
      post(['content-length: -1'], '', bad),
      post(['content-length: +5'], 'hello', bad),
      post(['content-length: 0x5'], 'hello', bad),
      post(['content-length: 5 5'], 'hello', bad),
      post(['content-length: 99999999999999999999'], '', bad),
      post(['content-length:'], '', bad),
    ],
  },
  {
    name: 'a length beside chunked is refused',
    routes,
    requests: [
      post(['content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n', bad),
      post(['transfer-encoding: chunked', 'content-length: 5'], '0\r\n\r\n', bad),
    ],
  },
  {
    name: 'a coding that is not chunked is refused',
    routes,
    requests: [
      post(['transfer-encoding: gzip'], '', { status: 501, attempts: 0 }),
      post(['transfer-encoding: gzip, chunked'], '0\r\n\r\n', { status: 501, attempts: 0 }),
      post(['transfer-encoding: identity'], '', { status: 501, attempts: 0 }),
      post(['transfer-encoding: xchunked'], '0\r\n\r\n', { status: 501, attempts: 0 }),
    ],
  },
  {
    name: 'a field name that is no token is refused',
    routes,
    requests: [
      get(['host: x', 'x y: 1'], bad),
      get(['host: x', 'x-v : 1'], bad),
      get(['host: x', ': 1'], bad),
      get(['host: x', 'x(v): 1'], bad),
      get(['host: x', 'x\u0001v: 1'], bad),
      get(['host: x', 'novalue'], bad),
    ],
  },
  {
    name: 'a field value with a control character is refused',
    routes,
    requests: [
      get(['host: x', 'x-v: a\u0000b'], bad),
      get(['host: x', 'x-v: a\u0001b'], bad),
      get(['host: x', 'x-v: a\u007fb'], bad),
    ],
  },
  {
    name: 'a field value with a tab or octets above ASCII goes on',
    routes,
    requests: [
      get(['host: x', 'x-v: a\tb'], { ...good, upstream: { 'x-v': 'a\tb' } }),
      get(['host: x', 'x-v: \u00e4'], { ...good, upstream: { 'x-v': '\u00e4' } }),
    ],
  },
  {
    name: 'a first field that begins with a space is refused',
    routes,
    requests: [raw(['GET / HTTP/1.1', ' host: x'], '', bad)],
  },
  {
    name: 'empty lines before a request are skipped',
    routes,
    requests: [{ send: 'GET /', raw: '\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\n\r\n', see: good }],
  },
  {
    name: 'a chunk size that is none is refused',
    routes,
    requests: [
      post(['transfer-encoding: chunked'], 'x\r\n', { status: 400 }),
      post(['transfer-encoding: chunked'], '-1\r\n', { status: 400 }),
      post(['transfer-encoding: chunked'], '0x5\r\nhello\r\n0\r\n\r\n', { status: 400 }),
      post(['transfer-encoding: chunked'], 'ffffffffffffffffff\r\n', { status: 400 }),
      post(['transfer-encoding: chunked'], ' 5\r\nhello\r\n0\r\n\r\n', { status: 400 }),
      post(['transfer-encoding: chunked'], '\r\n', { status: 400 }),
    ],
  },
  {
    name: 'the size of a chunk ends with CRLF',
    routes,
    requests: [post(['transfer-encoding: chunked'], '5\nhello\r\n0\r\n\r\n', { status: 400 })],
  },
  {
    name: 'a length of GET and octets behind it make a second request, not a body',
    routes,
    requests: [
      {
        send: 'GET /',
        raw: 'GET /1 HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\n\r\nGARBAGE\r\n\r\n',
        answers: 2,
        see: { statuses: [200, 400] },
      },
    ],
  },
  {
    name: 'a field with an underscore goes on, or as the table says is dropped or refused',
    routes,
    requests: [get(['host: x', 'x_v: 1'], { ...good, upstream: { x_v: '1' } })],
  },
  {
    name: 'a field with an underscore is dropped where the table says so',
    routes,
    manager: { common_http_protocol_options: { headers_with_underscores_action: 'DROP_HEADER' } },
    requests: [get(['host: x', 'x_v: 1'], { ...good, upstream: { x_v: undefined } })],
  },
  {
    name: 'a field with an underscore is refused where the table says so',
    routes,
    manager: { common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' } },
    requests: [get(['host: x', 'x_v: 1'], { status: 400, attempts: 0 })],
  },
  {
    name: 'another expectation than 100-continue',
    routes,
    requests: [post(['expect: magic', 'content-length: 5'], 'hello', { status: 417, attempts: 0 })],
  },
];

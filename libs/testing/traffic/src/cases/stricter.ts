/** Where our sidecar means to refuse, or to do better, than Envoy: each case names its row in docs/reference/differences-from-envoy.md. */

import { rawAnswer } from '../backend/behaviour.ts';
import type { CaseRequest, Expected, TrafficCase } from '../traffic-case.ts';
import { bad, get, post, raw, routes } from './hostile-requests.ts';
import { all } from './short.ts';

const refused: Expected = { status: 400, attempts: 0 };
/** Envoy serves the request. */
const served: Expected = { status: 200 };
const but = (request: CaseRequest, envoy: Expected): CaseRequest => ({ ...request, envoy });

export const stricterCases: readonly TrafficCase[] = [
  {
    name: 'two spaces in a request line, or no version',
    routes,
    differs: 'request-line',
    requests: [
      but(raw(['GET  / HTTP/1.1', 'host: x', 'x-case: {id}'], '', refused), served),
      but(raw(['GET /'], '', refused), { status: 426 }),
    ],
  },
  {
    name: 'a version that is neither 1.0 nor 1.1',
    routes,
    differs: 'version-unsupported',
    requests: [
      but(raw(['GET / HTTP/1.2', 'host: x'], '', { status: 505, attempts: 0 }), { status: 426 }),
      but(raw(['GET / HTTP/2.0', 'host: x'], '', { status: 505, attempts: 0 }), { status: 426 }),
    ],
  },
  {
    name: 'a method that is not registered goes on',
    routes,
    differs: 'unknown-method',
    requests: [
      // The endpoint does not know it either: its answer has no flag.
      but(raw(['BREW / HTTP/1.1', 'host: x', 'x-case: {id}'], '', { status: 400, flag: '-' }), {
        status: 400,
        flag: 'DPE',
      }),
    ],
  },
  {
    name: 'two Host fields',
    routes,
    differs: 'host-doubled',
    requests: [but(get(['host: a', 'host: b'], refused), served)],
  },
  {
    name: 'user information in Host or in the target',
    routes,
    differs: 'host-userinfo',
    requests: [
      but(get(['host: a@b'], refused), served),
      but(raw(['GET http://user@one.example/ HTTP/1.1', 'host: one.example', 'x-case: {id}'], '', refused), served),
    ],
  },
  {
    name: 'an absolute target and another Host',
    routes,
    differs: 'host-mismatch',
    requests: [
      but(raw(['GET http://one.example/ HTTP/1.1', 'host: two.example', 'x-case: {id}'], '', refused), {
        ...served,
        authority: 'one.example',
      }),
    ],
  },
  {
    name: 'HTTP/2: Host and :authority that differ',
    routes,
    differs: 'host-mismatch',
    requests: [
      {
        send: 'GET /',
        fields: [':method: GET', ':scheme: http', ':path: /', ':authority: x', 'host: other'],
        unlogged: true,
        see: { reset: 1, attempts: 0 },
        envoy: { ...served, authority: 'x' },
      },
    ],
  },
  {
    name: 'a field that goes on in the next line',
    routes,
    differs: 'obs-fold',
    requests: [but(get(['host: x', 'x-v: a', ' b'], bad), served), but(get(['host: x', 'x-v: a', '\tb'], bad), served)],
  },
  {
    name: 'a line that ends without CR, or has a CR within',
    routes,
    differs: 'bare-line-ends',
    requests: [
      { send: 'GET /', raw: 'GET / HTTP/1.1\nhost: x\nx-case: {id}\n\n', see: bad, envoy: served },
      { send: 'GET /', raw: 'GET / HTTP/1.1\r\nhost: x\nx-case: {id}\r\n\r\n', see: bad, envoy: served },
      { send: 'GET /', raw: 'GET / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\nx-v: a\rb\r\n\r\n', see: bad, envoy: {} },
    ],
  },
  {
    name: 'a chunk that is longer than its size',
    routes,
    differs: 'chunk-end',
    requests: [but(post(['transfer-encoding: chunked'], '3\r\nhello\r\n0\r\n\r\n', { status: 400 }), served)],
  },
  {
    name: 'chunked twice',
    routes,
    differs: 'coding-doubled',
    requests: [
      but(post(['transfer-encoding: chunked, chunked'], '0\r\n\r\n', refused), { status: 501 }),
      but(post(['transfer-encoding: chunked', 'transfer-encoding: chunked'], '0\r\n\r\n', refused), { status: 501 }),
    ],
  },
  {
    name: 'Connection names a field that frames or addresses the message',
    routes,
    differs: 'connection-names-framing',
    requests: [
      but(post(['content-length: 5', 'connection: content-length'], 'hello', refused), served),
      but(post(['transfer-encoding: chunked', 'connection: transfer-encoding'], '0\r\n\r\n', refused), served),
    ],
  },
  {
    name: 'an endpoint that answers 101 unasked',
    routes,
    differs: 'upgrade-unasked',
    requests: [
      {
        send: 'GET /',
        headers: [rawAnswer('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')],
        leaveAfterMs: 1_000,
        see: { status: 502, flag: 'UPE' },
        envoy: { status: 101 },
      },
    ],
  },
  {
    name: 'fields that Connection of an answer names are removed',
    routes,
    differs: 'answer-connection-fields',
    requests: [
      {
        send: 'GET /',
        headers: [rawAnswer('HTTP/1.1 200 OK\r\nconnection: x-hop\r\nx-hop: 1\r\ncontent-length: 0\r\n\r\n')],
        see: { status: 200, headers: { 'x-hop': undefined } },
        envoy: { status: 200, headers: { 'x-hop': '1' } },
      },
    ],
  },
  {
    name: 'informational answers of an endpoint go to the client',
    routes,
    differs: 'informational',
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: informational=103'],
        see: { statuses: [103, 200] },
        envoy: { statuses: [200] },
      },
      {
        send: 'GET /',
        http2: true,
        headers: ['x-do: informational=103'],
        see: { statuses: [103, 200] },
        envoy: { statuses: [200] },
      },
    ],
  },
  {
    name: 'a direct response to a whole request leaves the connection open',
    routes: [{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'ok' } } }, all()],
    differs: 'early-answer-keeps-connection',
    requests: [
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ncontent-length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nhost: x\r\n\r\n',
        answers: 2,
        see: { statuses: [200, 200], body: 'ok' },
        envoy: { statuses: [200], headers: { connection: 'close' }, body: 'ok' },
      },
    ],
  },
];

/** HTTP/1.1 to HTTP/2, HTTP/2 to HTTP/1.1, HTTP/2 to HTTP/2. */

import { rawAnswer } from '../backend/behaviour.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { all, h2cluster } from './short.ts';

const routes = [all()];
const up = { clusters: h2cluster, routes };

export const http2Cases: readonly TrafficCase[] = [
  {
    name: 'a request of HTTP/1.1 becomes HTTP/2',
    ...up,
    requests: [
      {
        send: 'GET /p?q=1',
        headers: ['X-Upper: Kept', 'connection: keep-alive', 'keep-alive: 1'],
        see: {
          status: 200,
          upstreamProtocol: '2',
          path: '/p?q=1',
          authority: 'test.example',
          upstream: { 'x-upper': 'Kept', host: undefined, connection: undefined, 'keep-alive': undefined },
        },
      },
      { send: 'POST /', body: 'hello', see: { upstreamBody: 'hello', upstream: { 'content-length': '5' } } },
      { send: 'HEAD /', see: { status: 200, method: 'HEAD' } },
    ],
  },
  {
    name: 'a request of HTTP/2 becomes HTTP/1.1',
    routes,
    requests: [
      {
        send: 'GET /p?q=1',
        http2: true,
        see: {
          status: 200,
          upstreamProtocol: '1.1',
          path: '/p?q=1',
          authority: 'test.example',
          upstream: { host: 'test.example' },
        },
      },
      {
        send: 'POST /',
        http2: true,
        body: 'hello',
        see: { upstreamBody: 'hello', upstream: { 'transfer-encoding': 'chunked', 'content-length': undefined } },
      },
      {
        send: 'POST /',
        http2: true,
        body: 'hello',
        headers: ['content-length: 5'],
        see: { upstreamBody: 'hello', upstream: { 'content-length': '5', 'transfer-encoding': undefined } },
      },
      { send: 'POST /', http2: true, see: { status: 200, upstreamBody: '', upstream: { 'content-length': '0' } } },
      { send: 'HEAD /', http2: true, see: { status: 200, headers: { 'content-length': '16' }, body: '' } },
    ],
  },
  {
    name: 'HTTP/2 on both sides',
    ...up,
    requests: [
      { send: 'GET /', http2: true, see: { status: 200, upstreamProtocol: '2' } },
      { send: 'POST /', http2: true, bodyBytes: 200_000, see: { status: 200 } },
      {
        send: 'GET /',
        http2: true,
        headers: ['x-do: body=200000'],
        see: { status: 200, headers: { 'content-length': '200000' } },
      },
    ],
  },
  {
    name: 'trailers pass from HTTP/2 to HTTP/2 both ways',
    ...up,
    requests: [
      { send: 'POST /', http2: true, body: 'x', trailers: ['x-end: 1'], see: { upstreamTrailers: { 'x-end': '1' } } },
      { send: 'GET /', http2: true, headers: ['x-do: trailer=x-end:1'], see: { trailers: { 'x-end': '1' } } },
    ],
  },
  {
    name: 'trailers of HTTP/2 do not reach HTTP/1.1 without enable_trailers',
    routes,
    requests: [
      {
        send: 'POST /',
        http2: true,
        body: 'x',
        trailers: ['x-end: 1'],
        see: { status: 200, upstreamBody: 'x', upstreamTrailers: { 'x-end': undefined } },
      },
      {
        send: 'GET /',
        http2: true,
        headers: ['x-do: trailer=x-end:1'],
        see: { status: 200, trailers: { 'x-end': undefined } },
      },
    ],
  },
  {
    name: 'trailers of an HTTP/2 endpoint do not reach a client of HTTP/1.1 without enable_trailers',
    ...up,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: trailer=x-end:1'],
        see: { status: 200, body: '{"endpoint":"a"}', trailers: { 'x-end': undefined } },
      },
    ],
  },
  {
    name: 'crumbs of a cookie become one field for HTTP/1.1',
    routes,
    requests: [
      {
        send: 'GET /',
        http2: true,
        headers: ['cookie: a=1', 'cookie: b=2'],
        see: { upstream: { cookie: 'a=1; b=2' } },
      },
    ],
  },
  {
    name: 'crumbs of a cookie become one field for HTTP/2, too',
    ...up,
    requests: [
      {
        send: 'GET /',
        http2: true,
        headers: ['cookie: a=1', 'cookie: b=2'],
        see: { upstream: { cookie: 'a=1; b=2' } },
      },
      { send: 'GET /', headers: ['cookie: a=1; b=2'], see: { upstream: { cookie: 'a=1; b=2' } } },
    ],
  },
  {
    name: 'several set-cookie fields stay several',
    routes,
    requests: [
      {
        send: 'GET /',
        http2: true,
        headers: [rawAnswer('HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n')],
        see: { status: 200, headers: { 'set-cookie': 'a=1, b=2' } },
      },
    ],
  },
  {
    name: 'hop-by-hop fields of an HTTP/1.1 answer do not reach HTTP/2',
    routes,
    requests: [
      {
        send: 'GET /',
        http2: true,
        headers: [
          rawAnswer(
            'HTTP/1.1 200 OK\r\nconnection: close\r\nkeep-alive: 5\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
            true,
          ),
        ],
        see: {
          status: 200,
          body: 'a',
          headers: { connection: undefined, 'keep-alive': undefined, 'transfer-encoding': undefined },
        },
      },
    ],
  },
  {
    name: 'TE is trailers or nothing for HTTP/2',
    ...up,
    requests: [
      { send: 'GET /', headers: ['te: trailers'], see: { upstream: { te: 'trailers' } } },
      { send: 'GET /', headers: ['te: gzip, trailers'], see: { status: 200 } },
      { send: 'GET /', http2: true, headers: ['te: trailers'], see: { upstream: { te: 'trailers' } } },
    ],
  },
  {
    name: 'fields that Connection names do not reach HTTP/2',
    ...up,
    requests: [
      { send: 'GET /', headers: ['connection: x-hop', 'x-hop: 1'], see: { upstream: { 'x-hop': undefined } } },
    ],
  },
  {
    name: 'Expect is answered by the proxy in front of HTTP/2, too',
    ...up,
    requests: [
      {
        send: 'POST /',
        raw: [
          'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n',
          'hello',
        ],
        see: { statuses: [100, 200], upstreamBody: 'hello', upstream: { expect: undefined } },
      },
    ],
  },
  {
    name: 'an answer of HTTP/2 without a length comes chunked',
    ...up,
    requests: [{ send: 'GET /', headers: ['x-do: chunked'], see: { headers: { 'transfer-encoding': 'chunked' } } }],
  },
  {
    name: 'a body cut short by an HTTP/2 endpoint does not look whole',
    ...up,
    requests: [
      { send: 'GET /', headers: ['x-do: cut'], see: { status: 200, body: /<cut>$/, flag: 'UR' } },
      { send: 'GET /', http2: true, headers: ['x-do: cut'], see: { status: 200, body: /<cut>$/ } },
    ],
  },
  {
    name: 'a body cut short by an HTTP/1.1 endpoint does not look whole',
    routes,
    requests: [
      { send: 'GET /', headers: ['x-do: cut'], see: { status: 200, body: /<cut>$/ } },
      { send: 'GET /', http2: true, headers: ['x-do: cut'], see: { status: 200, body: /<cut>$/ } },
    ],
  },
  {
    name: 'Host in place of :authority is the authority',
    routes,
    requests: [
      {
        send: 'GET /',
        fields: [':method: GET', ':scheme: http', ':path: /', 'host: only.example'],
        see: { status: 200, authority: 'only.example' },
      },
      {
        send: 'GET /',
        fields: [':method: GET', ':scheme: http', ':path: /', ':authority: one.example', 'host: one.example'],
        see: { status: 200, authority: 'one.example' },
      },
    ],
  },
];

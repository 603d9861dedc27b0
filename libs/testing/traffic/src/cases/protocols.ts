/** HTTP/1.1 to HTTP/1.1: what a message keeps and loses on its way. */

import { rawAnswer } from '../backend/behaviour.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const routes = [all()];
const raw = (head: string, body = ''): { readonly send: string; readonly raw: string } => ({
  send: head.slice(0, head.indexOf(' ', head.indexOf(' ') + 1)),
  raw: `${head.replaceAll('\n', '\r\n')}\r\nx-case: {id}\r\n\r\n${body}`,
});

export const protocolCases: readonly TrafficCase[] = [
  {
    name: 'a body with a length goes on with its length',
    routes,
    requests: [
      {
        send: 'POST /',
        body: 'hello',
        see: {
          status: 200,
          upstreamBody: 'hello',
          upstream: { 'content-length': '5', 'transfer-encoding': undefined },
        },
      },
      { send: 'POST /', headers: ['content-length: 0'], see: { upstream: { 'content-length': '0' } } },
      { send: 'POST /', see: { upstream: { 'content-length': '0' } } },
      { send: 'GET /', see: { upstream: { 'content-length': undefined, 'transfer-encoding': undefined } } },
      { send: 'GET /', body: 'get', see: { upstreamBody: 'get', upstream: { 'content-length': '3' } } },
      { send: 'DELETE /', see: { method: 'DELETE', upstream: { 'content-length': undefined } } },
    ],
  },
  {
    name: 'a chunked body goes on chunked',
    routes,
    requests: [
      {
        ...raw('POST / HTTP/1.1\nhost: x\ntransfer-encoding: chunked', '3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n'),
        see: { upstreamBody: 'abcde', upstream: { 'transfer-encoding': 'chunked', 'content-length': undefined } },
      },
      {
        ...raw('POST / HTTP/1.1\nhost: x\nTransfer-Encoding: Chunked', '0\r\n\r\n'),
        see: { status: 200, upstreamBody: '' },
      },
    ],
  },
  {
    name: 'a chunked answer comes chunked, a long one with its length',
    routes,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: chunked'],
        see: { headers: { 'transfer-encoding': 'chunked', 'content-length': undefined }, body: '{"endpoint":"a"}' },
      },
      { send: 'GET /', headers: ['x-do: body=300000'], see: { headers: { 'content-length': '300000' } } },
    ],
  },
  {
    name: 'an upload of 300,000 octets arrives whole',
    routes,
    requests: [{ send: 'POST /', bodyBytes: 300_000, see: { status: 200, upstream: { 'content-length': '300000' } } }],
  },
  {
    name: 'trailers are dropped unless they are asked for',
    routes,
    requests: [
      {
        send: 'POST /',
        body: 'x',
        trailers: ['x-end: 1'],
        see: { status: 200, upstreamBody: 'x', upstreamTrailers: { 'x-end': undefined } },
      },
      { send: 'GET /', headers: ['x-do: trailer=x-end:1'], see: { status: 200, trailers: { 'x-end': undefined } } },
    ],
  },
  {
    name: 'enable_trailers lets trailers through both ways',
    clusters: {
      a: {
        endpoints: ['a'],
        merge: {
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http_protocol_options: { enable_trailers: true } },
            },
          },
        },
      },
    },
    routes,
    manager: { http_protocol_options: { enable_trailers: true } },
    requests: [
      { send: 'POST /', body: 'x', trailers: ['x-end: 1'], see: { upstreamTrailers: { 'x-end': '1' } } },
      { send: 'GET /', headers: ['x-do: trailer=x-end:1'], see: { trailers: { 'x-end': '1' } } },
    ],
  },
  {
    name: 'HEAD has the length of what GET would bring',
    routes,
    requests: [{ send: 'HEAD /', see: { status: 200, method: 'HEAD', headers: { 'content-length': '16' }, body: '' } }],
  },
  {
    name: 'HEAD does not say that GET would bring chunks',
    routes,
    differs: 'head-chunked',
    requests: [
      {
        send: 'HEAD /',
        headers: ['x-do: chunked'],
        see: { status: 200, body: '', headers: { 'transfer-encoding': undefined } },
        envoy: { status: 200, body: '', headers: { 'transfer-encoding': 'chunked' } },
      },
    ],
  },
  {
    name: '204, 205 and 304 have no body',
    routes,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: status=204'],
        see: { status: 204, headers: { 'content-length': undefined, 'transfer-encoding': undefined } },
      },
      { send: 'GET /', headers: ['x-do: status=304; header=etag:"1"'], see: { status: 304, headers: { etag: '"1"' } } },
      { send: 'GET /', headers: ['x-do: status=205; body=0'], see: { status: 205 } },
    ],
  },
  {
    name: 'every status passes',
    routes,
    requests: [
      { send: 'GET /', headers: ['x-do: status=299'], see: { status: 299 } },
      { send: 'GET /', headers: ['x-do: status=418'], see: { status: 418 } },
      { send: 'GET /', headers: ['x-do: status=599'], see: { status: 599 } },
      { send: 'GET /', headers: [rawAnswer('HTTP/1.1 700 Odd\r\ncontent-length: 0\r\n\r\n')], see: { status: 700 } },
    ],
  },
  {
    name: '100 Continue is said by the proxy, and not asked of the endpoint',
    routes,
    requests: [
      {
        send: 'POST /',
        raw: [
          'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n',
          'hello',
        ],
        see: { statuses: [100, 200], upstream: { expect: undefined }, upstreamBody: 'hello' },
      },
    ],
  },
  {
    name: 'proxy_100_continue asks the endpoint',
    routes,
    manager: { proxy_100_continue: true },
    requests: [
      {
        ...raw('POST / HTTP/1.1\nhost: x\nexpect: 100-continue\ncontent-length: 5', 'hello'),
        see: { statuses: [100, 200], upstream: { expect: '100-continue' }, upstreamBody: 'hello' },
      },
      {
        ...raw('POST / HTTP/1.1\nhost: x\nexpect: 100-continue\ncontent-length: 5\nx-do: no-continue; status=417'),
        see: { statuses: [417] },
      },
    ],
  },
  {
    name: 'hop-by-hop fields stay behind',
    routes,
    requests: [
      {
        send: 'GET /',
        headers: ['connection: keep-alive', 'keep-alive: timeout=5', 'proxy-connection: keep-alive'],
        see: { upstream: { connection: undefined, 'keep-alive': undefined, 'proxy-connection': undefined } },
      },
      { send: 'GET /', headers: ['connection: close'], see: { headers: { connection: 'close' } } },
      { send: 'GET /', headers: ['proxy-authorization: x'], see: { upstream: { 'proxy-authorization': 'x' } } },
    ],
  },
  {
    name: 'fields that Connection names are removed from a request',
    routes,
    requests: [
      {
        send: 'GET /',
        headers: ['connection: x-hop, keep-alive', 'x-hop: 1', 'x-kept: 1'],
        see: { upstream: { 'x-hop': undefined, 'x-kept': '1', connection: undefined } },
      },
    ],
  },
  {
    name: 'TE goes on only as trailers',
    routes,
    requests: [
      { send: 'GET /', headers: ['te: trailers'], see: { upstream: { te: 'trailers' } } },
      { send: 'GET /', headers: ['te: trailers', 'connection: te'], see: { status: 200 } },
      { send: 'GET /', headers: ['te: gzip, trailers;q=1', 'connection: te'], see: { status: 200 } },
      { send: 'GET /', headers: ['te: gzip'], see: { status: 200 } },
    ],
  },
  {
    name: 'cookies go on as they came',
    routes,
    requests: [
      { send: 'GET /', headers: ['cookie: a=1; b=2'], see: { upstream: { cookie: 'a=1; b=2' } } },
      {
        send: 'GET /',
        headers: ['x-do: header=set-cookie:a=1; header=x-y:1'],
        see: { headers: { 'set-cookie': 'a=1' } },
      },
    ],
  },
  {
    name: 'an absolute target gives the host and the path',
    routes,
    requests: [
      {
        ...raw('GET http://abs.example/p?q=1 HTTP/1.1\nhost: abs.example'),
        see: { status: 200, authority: 'abs.example', path: '/p?q=1' },
      },
      { ...raw('GET http://abs.example HTTP/1.1\nhost: abs.example'), see: { status: 200, path: '/' } },
      {
        ...raw('GET HTTP://ABS.example:8080/ HTTP/1.1\nhost: ABS.example:8080'),
        see: { authority: 'ABS.example:8080' },
      },
      { ...raw('GET https://abs.example/p HTTP/1.1\nhost: abs.example'), see: { status: 200, path: '/p' } },
    ],
  },
  {
    name: 'a target that is not a path finds no route',
    routes,
    requests: [
      { send: 'OPTIONS *', see: { status: 404, flag: '-', details: 'absolute_path_rejected', attempts: 0 } },
      { send: 'OPTIONS *', http2: true, see: { status: 404, flag: '-', details: 'absolute_path_rejected' } },
    ],
  },
  {
    name: 'requests on one connection are answered in their order',
    routes,
    requests: [
      {
        send: 'GET /',
        raw: 'GET /1 HTTP/1.1\r\nhost: x\r\nx-do: delay=50\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\nGET /3 HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\n\r\n',
        answers: 3,
        see: { statuses: [200, 200, 200], path: '/3' },
      },
    ],
  },
  {
    name: 'a head may arrive octet by octet',
    routes,
    requests: [
      {
        send: 'GET /',
        raw: ['GE', 'T /x HTTP/1.1\r', '\nhost: x\r\nx-ca', 'se: {id}', '\r\n\r', '\n'],
        see: { status: 200, path: '/x' },
      },
    ],
  },
];

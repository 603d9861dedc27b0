/** The access log: clients that leave, requests that cannot be read, timeouts. */

import type { TrafficCase } from '../traffic-case.ts';
import { all, set } from './short.ts';

export const accessLogEndCases: readonly TrafficCase[] = [
  {
    name: 'log: a client that leaves before the answer',
    routes: [all()],
    log: { code: '%RESPONSE_CODE%' },
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=400'],
        leaveAfterMs: 150,
        see: { status: 0, flag: 'DC', details: 'downstream_remote_disconnect', log: { code: '0' } },
      },
      { send: 'GET /', http2: true, headers: ['x-do: delay=400'], leaveAfterMs: 150, see: { status: 0, flag: 'DR' } },
    ],
  },
  {
    name: 'log: a request that cannot be read',
    routes: [all()],
    log: { code: '%RESPONSE_CODE%', method: '%REQ(:METHOD)%', protocol: '%PROTOCOL%' },
    requests: [
      {
        send: 'GET /',
        raw: 'GARBAGE\r\n\r\n',
        see: {
          status: 400,
          flag: 'DPE',
          details: 'http1.codec_error',
          body: 'Bad Request',
          log: { code: '400', method: '-', protocol: 'HTTP/1.1' },
        },
      },
      {
        send: 'GET /',
        raw: 'GET / HTTP/1.1\r\nx-case: {id}\r\n\r\n',
        see: { status: 400, flag: '-', details: 'missing_host_header', log: { code: '400' } },
      },
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
        see: { status: 400, flag: 'DPE', details: 'http1.codec_error' },
      },
    ],
  },
  {
    name: 'log: a route timeout',
    routes: [{ match: { prefix: '/' }, route: { cluster: 'a', timeout: '0.1s' } }],
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=1500'],
        see: {
          status: 504,
          flag: 'UT',
          details: 'response_timeout',
          body: 'upstream request timeout',
          lessThanMs: 1_200,
        },
      },
    ],
  },
  {
    name: 'log: a filter leaves out what it does not want',
    routes: [{ match: { prefix: '/direct' }, direct_response: { status: 200 } }, all('closed')],
    requests: [
      { send: 'GET /', see: { status: 503, flag: 'UF' } },
      { send: 'GET /direct', headers: ['x-added: 1'], see: { status: 200, flag: '-' } },
    ],
  },
  {
    name: 'log: fields added to the answer are seen in the log',
    routes: [{ ...all(), response_headers_to_add: [set('x-added', 'yes')] }],
    log: { added: '%RESP(X-ADDED)%', upstream: '%REQ(X-FORWARDED-PROTO)%' },
    requests: [{ send: 'GET /', see: { log: { added: 'yes', upstream: 'http' } } }],
  },
];

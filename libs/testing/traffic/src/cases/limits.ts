/** How large and how slow a head may be, how many requests a connection may carry. */

import { rawAnswer } from '../backend/behaviour.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const routes = [all()];
const fields = (count: number): readonly string[] => Array.from({ length: count }, (_, nth) => `x-f${nth}: 1`);
const large = (kib: number): string => `x-large: ${'x'.repeat(kib * 1_024)}`;

export const limitCases: readonly TrafficCase[] = [
  {
    name: 'a head of 40 KiB passes, one of 61 KiB is 431',
    routes,
    requests: [
      { send: 'GET /', headers: [large(15), large(15)], see: { status: 431, attempts: 0 } },
      { send: 'GET /', headers: [large(61)], see: { status: 431, attempts: 0, headers: { connection: 'close' } } },
    ],
  },
  {
    name: 'a smaller bound of the head is kept',
    routes,
    manager: { max_request_headers_kb: 8 },
    requests: [
      { send: 'GET /', headers: [large(6)], see: { status: 200 } },
      {
        send: 'GET /',
        headers: [large(9)],
        see: { status: 431, attempts: 0, flag: 'DPE', details: 'http1.headers_too_large' },
      },
      { send: `GET /${'x'.repeat(9_000)}`, see: { status: 431, attempts: 0 } },
      { send: 'GET /', http2: true, headers: [large(9)], see: { attempts: 0 } },
    ],
  },
  {
    name: 'a hundred fields pass, more are 431',
    routes,
    requests: [
      { send: 'GET /', headers: fields(90), see: { status: 200 } },
      { send: 'GET /', headers: fields(99), see: { status: 431, attempts: 0, details: 'http1.too_many_headers' } },
      { send: 'GET /', http2: true, headers: fields(90), see: { status: 200 } },
      { send: 'GET /', http2: true, headers: fields(110), see: { attempts: 0 } },
    ],
  },
  {
    name: 'max_headers_count is kept',
    routes,
    manager: { common_http_protocol_options: { max_headers_count: 10 } },
    requests: [
      { send: 'GET /', headers: fields(7), see: { status: 200 } },
      { send: 'GET /', headers: fields(12), see: { status: 431, attempts: 0 } },
    ],
  },
  {
    name: 'a head of an answer that is too large is an error of the endpoint',
    routes,
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: ok'.replace('ok', 'header=x-large:'.concat('y'.repeat(100)))],
        see: { status: 200 },
      },
    ],
  },
  {
    name: 'too many fields of an answer are an error of the endpoint',
    routes,
    requests: [
      {
        send: 'GET /',
        headers: [rawAnswer(`HTTP/1.1 200 OK\r\ncontent-length: 0\r\n${'a: 1\r\n'.repeat(101)}\r\n`)],
        see: { status: 502, flag: 'UPE' },
      },
    ],
  },
  {
    name: 'a head that does not come whole in time is 408',
    routes,
    manager: { request_headers_timeout: '0.2s' },
    requests: [
      {
        send: 'GET /',
        raw: 'GET / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\n',
        see: { status: 408, attempts: 0, details: 'request_header_timeout', atLeastMs: 150, lessThanMs: 3_000 },
      },
      { send: 'GET /', see: { status: 200 } },
    ],
  },
  {
    name: 'a request that does not come whole in time is 408',
    routes,
    manager: { request_timeout: '0.2s' },
    requests: [
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ncontent-length: 10\r\n\r\nhello',
        see: { status: 408, details: 'request_overall_timeout', lessThanMs: 3_000 },
      },
    ],
  },
  {
    name: 'a stream without octets for too long is ended',
    routes,
    manager: { stream_idle_timeout: '0.2s' },
    requests: [
      {
        send: 'POST /',
        raw: 'POST / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\ncontent-length: 10\r\n\r\nhello',
        see: { status: 408, flag: 'SI', details: 'stream_idle_timeout', lessThanMs: 3_000 },
      },
      { send: 'GET /', headers: ['x-do: delay=1500'], see: { status: 504, flag: 'SI', lessThanMs: 1_400 } },
    ],
  },
  {
    name: 'a connection is closed after as many requests as it may carry',
    routes,
    manager: { common_http_protocol_options: { max_requests_per_connection: 2 } },
    requests: [
      {
        send: 'GET /',
        raw: 'GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\n\r\n',
        answers: 2,
        see: { statuses: [200, 200], headers: { connection: 'close' } },
      },
    ],
  },
  {
    name: 'a stream that lives too long is ended',
    routes,
    manager: { common_http_protocol_options: { max_stream_duration: '0.2s' } },
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: delay=1500'],
        see: { status: 504, flag: '-', details: 'max_duration_timeout', lessThanMs: 1_400 },
      },
    ],
  },
];

/** Requests of HTTP/2 with fields that must not be there. */

import type { CaseRequest, Expected, TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const head = [':method: GET', ':scheme: http', ':path: /', ':authority: x'];
const sent = (fields: readonly string[], see: Expected): CaseRequest => ({ send: 'GET /', fields, see });
const reset: Expected = { reset: 1, attempts: 0 };
const bad: Expected = { status: 400, attempts: 0 };

export const hostileHttp2Cases: readonly TrafficCase[] = [
  {
    name: 'HTTP/2: a pseudo-field that is missing is refused',
    routes: [all()],
    requests: [
      sent([':scheme: http', ':path: /', ':authority: x'], bad),
      sent([':method: GET', ':scheme: http', ':authority: x'], bad),
      sent([':method: GET', ':scheme: http', ':path: /'], bad),
      sent([':method: GET', ':path: /', ':authority: x'], bad),
    ],
  },
  {
    name: 'HTTP/2: a pseudo-field twice, unknown, of answers, or too late is refused',
    routes: [all()],
    requests: [
      sent([...head, ':path: /2'], bad),
      sent([...head, ':authority: y'], bad),
      sent([...head, ':other: 1'], bad),
      sent([...head, ':status: 200'], bad),
      sent([...head.slice(0, 3), 'x-v: 1', ':authority: x'], bad),
    ],
  },
  {
    name: 'HTTP/2: fields of a connection are refused',
    routes: [all()],
    requests: [
      sent([...head, 'connection: close'], bad),
      sent([...head, 'transfer-encoding: chunked'], bad),
      sent([...head, 'keep-alive: 1'], bad),
      sent([...head, 'proxy-connection: keep-alive'], bad),
      sent([...head, 'upgrade: websocket'], bad),
      sent([...head, 'te: gzip'], bad),
    ],
  },
  {
    name: 'HTTP/2: a field name in upper case or with a wrong character is refused',
    routes: [all()],
    requests: [
      sent([...head, 'X-Upper: 1'], bad),
      sent([...head, 'x v: 1'], bad),
      sent([...head, 'x\u0000v: 1'], bad),
    ],
  },
  {
    name: 'HTTP/2: a field value with CR, LF or NUL is refused',
    routes: [all()],
    requests: [
      sent([...head, 'x-v: a\rb'], bad),
      sent([...head, 'x-v: a\nb'], bad),
      sent([...head, 'x-v: a\u0000b'], bad),
      sent([...head, 'x-v:  a'], bad),
    ],
  },
  {
    name: 'HTTP/2: a path that would make another request line is refused',
    routes: [all()],
    requests: [
      sent([':method: GET', ':scheme: http', ':authority: x', ':path: / HTTP/1.1'], bad),
      sent([':method: GET', ':scheme: http', ':authority: x', ':path: /a\r\nx: y'], bad),
      sent([':method: GET', ':scheme: http', ':authority: x', ':path: '], bad),
      sent([':method: GET x', ':scheme: http', ':authority: x', ':path: /'], bad),
      sent([':method: GET', ':scheme: http', ':authority: x y', ':path: /'], bad),
    ],
  },
  {
    name: 'HTTP/2: a path that is not absolute finds no route',
    routes: [all()],
    requests: [sent([':method: GET', ':scheme: http', ':authority: x', ':path: x'], { status: 404, attempts: 0 })],
  },
  {
    name: 'HTTP/2: a length that the DATA frames break is refused',
    routes: [all()],
    requests: [
      { ...sent([...head, 'content-length: 3'], reset), body: 'hello' },
      { ...sent([...head, 'content-length: 9'], reset), body: 'hello' },
      { ...sent([...head, 'content-length: x'], bad), body: 'hello' },
      sent([...head, 'content-length: 5'], bad),
      { ...sent([...head, 'content-length: 5', 'content-length: 5'], bad), body: 'hello' },
    ],
  },
  {
    name: 'HTTP/2: Host and :authority that differ',
    routes: [all()],
    requests: [sent([...head, 'host: other'], { status: 200 })],
  },
  {
    name: 'HTTP/2: an invalid message resets its stream where the table says so',
    routes: [all()],
    manager: { http2_protocol_options: { override_stream_error_on_invalid_http_message: true } },
    requests: [sent([...head, 'connection: close'], reset)],
  },
];

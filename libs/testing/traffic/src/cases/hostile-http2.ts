/** Requests of HTTP/2 with fields that must not be there. */

import type { CaseRequest, Expected, TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const head = [':method: GET', ':scheme: http', ':path: /', ':authority: x'];
const sent = (fields: readonly string[], see: Expected): CaseRequest => ({
  send: 'GET /',
  fields,
  unlogged: true,
  see,
  envoy: { status: see.status ?? 0, attempts: see.attempts ?? 1 },
});
/** RST_STREAM or GOAWAY, both with PROTOCOL_ERROR. */
const reset: Expected = { reset: 1, attempts: 0 };

/** Envoy closes the connection, a second later where the table does not shorten it. */
const refused = {
  differs: 'http2-stream-error',
  routes: [all()],
  manager: { delayed_close_timeout: '0.05s' },
};

export const hostileHttp2Cases: readonly TrafficCase[] = [
  {
    name: 'HTTP/2: a pseudo-field that is missing is refused',
    ...refused,
    requests: [
      sent([':scheme: http', ':path: /', ':authority: x'], reset),
      sent([':method: GET', ':scheme: http', ':authority: x'], reset),
      sent([':method: GET', ':scheme: http', ':path: /'], reset),
      sent([':method: GET', ':path: /', ':authority: x'], reset),
    ],
  },
  {
    name: 'HTTP/2: a pseudo-field twice, unknown, of answers, or too late is refused',
    ...refused,
    requests: [
      sent([...head, ':path: /2'], reset),
      sent([...head, ':authority: y'], reset),
      sent([...head, ':other: 1'], reset),
      sent([...head, ':status: 200'], reset),
      sent([...head.slice(0, 3), 'x-v: 1', ':authority: x'], reset),
    ],
  },
  {
    name: 'HTTP/2: fields of a connection are refused',
    ...refused,
    requests: [
      sent([...head, 'connection: close'], reset),
      sent([...head, 'transfer-encoding: chunked'], reset),
      sent([...head, 'keep-alive: 1'], reset),
      sent([...head, 'proxy-connection: keep-alive'], reset),
      sent([...head, 'upgrade: websocket'], reset),
      sent([...head, 'te: gzip'], reset),
    ],
  },
  {
    name: 'HTTP/2: a field name in upper case or with a wrong character is refused',
    ...refused,
    requests: [
      sent([...head, 'X-Upper: 1'], reset),
      sent([...head, 'x v: 1'], reset),
      sent([...head, 'x\u0000v: 1'], reset),
    ],
  },
  {
    name: 'HTTP/2: a field value with CR, LF or NUL is refused',
    ...refused,
    requests: [
      sent([...head, 'x-v: a\rb'], reset),
      sent([...head, 'x-v: a\nb'], reset),
      sent([...head, 'x-v: a\u0000b'], reset),
    ],
  },
  {
    name: 'HTTP/2: a path that would make another request line is refused',
    ...refused,
    requests: [
      sent([':method: GET', ':scheme: http', ':authority: x', ':path: / HTTP/1.1'], reset),
      sent([':method: GET', ':scheme: http', ':authority: x', ':path: /a\r\nx: y'], reset),
      sent([':method: GET', ':scheme: http', ':authority: x', ':path: '], reset),
      sent([':method: GET x', ':scheme: http', ':authority: x', ':path: /'], reset),
      sent([':method: GET', ':scheme: http', ':authority: x y', ':path: /'], reset),
    ],
  },
  {
    name: 'HTTP/2: a path that is not absolute is refused',
    ...refused,
    requests: [sent([':method: GET', ':scheme: http', ':authority: x', ':path: x'], reset)],
  },
  {
    name: 'HTTP/2: a length that the DATA frames break is refused',
    ...refused,
    requests: [
      { ...sent([...head, 'content-length: 3'], reset), body: 'hello' },
      { ...sent([...head, 'content-length: 9'], reset), body: 'hello' },
      { ...sent([...head, 'content-length: x'], reset), body: 'hello' },
      sent([...head, 'content-length: 5'], reset),
      { ...sent([...head, 'content-length: 5', 'content-length: 5'], reset), body: 'hello' },
    ],
  },
  {
    name: 'HTTP/2: an invalid message resets its stream where the table says so',
    routes: [all()],
    manager: { http2_protocol_options: { override_stream_error_on_invalid_http_message: true } },
    requests: [sent([...head, 'connection: close'], reset)],
  },
];

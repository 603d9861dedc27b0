/** WebSocket and CONNECT, and HTTP/1.0. */

import type { TrafficCase } from '../traffic-case.ts';
import { all, h2cluster, to } from './short.ts';

const websocket = ['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-key: x', 'sec-websocket-version: 13'];
const upgrades = { upgrade_configs: [{ upgrade_type: 'websocket' }] };
const connects = { upgrade_configs: [{ upgrade_type: 'CONNECT' }] };

export const upgradeCases: readonly TrafficCase[] = [
  {
    name: 'an upgrade that is not configured is refused',
    routes: [all()],
    requests: [{ send: 'GET /', headers: websocket, see: { status: 403, details: 'upgrade_failed', attempts: 0 } }],
  },
  {
    name: 'a WebSocket goes through from end to end',
    routes: [all()],
    manager: upgrades,
    requests: [
      {
        send: 'GET /chat',
        headers: websocket,
        tunnel: 'ping',
        see: {
          status: 101,
          body: 'ping',
          path: '/chat',
          upstream: { upgrade: 'websocket', connection: /^upgrade$/i, 'sec-websocket-key': 'x' },
          headers: { upgrade: 'websocket', connection: /^upgrade$/i },
        },
      },
      {
        send: 'GET /',
        headers: ['connection: upgrade', 'upgrade: WebSocket'],
        tunnel: 'x',
        see: { status: 101, body: 'x' },
      },
    ],
  },
  {
    name: 'an upgrade that the endpoint refuses is an ordinary answer',
    routes: [all()],
    manager: upgrades,
    requests: [{ send: 'GET /', headers: [...websocket, 'x-do: status=403'], see: { status: 403, endpoint: 'a' } }],
  },
  {
    name: 'an upgrade of another kind is refused',
    routes: [all()],
    manager: upgrades,
    requests: [
      { send: 'GET /', headers: ['connection: upgrade', 'upgrade: other'], see: { status: 403 } },
      { send: 'GET /', headers: ['connection: keep-alive', 'upgrade: websocket'], see: { status: 200 } },
    ],
  },
  {
    name: 'h2c is no upgrade that goes on',
    routes: [all()],
    requests: [
      {
        send: 'GET /',
        headers: ['connection: Upgrade, HTTP2-Settings', 'upgrade: h2c', 'http2-settings: AAMAAABkAARAAAAAAAIAAAAA'],
        see: { status: 200, upstream: { upgrade: undefined, 'http2-settings': undefined } },
      },
    ],
  },
  {
    name: 'a route turns an upgrade on and off',
    routes: [
      {
        match: { prefix: '/off' },
        route: to('a', { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] }),
      },
      all(),
    ],
    manager: upgrades,
    requests: [
      { send: 'GET /off', headers: websocket, see: { status: 403 } },
      { send: 'GET /on', headers: websocket, tunnel: 'ping', see: { status: 101, body: 'ping' } },
    ],
  },
  {
    name: 'a WebSocket of HTTP/1.1 becomes an extended CONNECT of HTTP/2',
    clusters: {
      a: {
        ...h2cluster['a'],
        endpoints: ['a'],
        merge: {
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              explicit_http_config: { http2_protocol_options: { allow_connect: true } },
            },
          },
        },
      },
    },
    routes: [all()],
    manager: upgrades,
    requests: [
      {
        send: 'GET /chat',
        headers: websocket,
        tunnel: 'ping',
        see: { status: 101, body: 'ping', method: 'CONNECT', upstream: { ':protocol': 'websocket' } },
      },
    ],
  },
  {
    name: 'an extended CONNECT of HTTP/2 becomes a WebSocket of HTTP/1.1',
    differs: 'tunnel-end',
    routes: [all()],
    manager: { ...upgrades, http2_protocol_options: { allow_connect: true } },
    requests: [
      {
        send: 'CONNECT /chat',
        http2: true,
        headers: [':protocol: websocket', 'sec-websocket-version: 13'],
        tunnel: 'ping',
        leaveAfterMs: 1_000,
        see: { status: 200, body: 'ping', method: 'GET', path: '/chat', upstream: { upgrade: 'websocket' }, flag: '-' },
        envoy: { status: 200, method: 'GET', path: '/chat', upstream: { upgrade: 'websocket' }, flag: 'DR' },
      },
    ],
  },
  {
    name: 'CONNECT without its configuration is refused',
    routes: [all()],
    requests: [{ send: 'CONNECT host.example:443', host: 'host.example:443', see: { status: 404, attempts: 0 } }],
  },
  {
    name: 'CONNECT is ended here and its octets go to the cluster',
    routes: [
      {
        match: { connect_matcher: {} },
        route: to('a', { upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] }),
      },
      all('b'),
    ],
    manager: connects,
    requests: [
      {
        send: 'CONNECT host.example:443',
        host: 'host.example:443',
        tunnel: 'GET /inside HTTP/1.1\r\nhost: x\r\n\r\n',
        see: { status: 200, body: /^HTTP\/1\.1 200 OK/ },
      },
      { send: 'GET /', see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'CONNECT goes on to the cluster as CONNECT',
    routes: [{ match: { connect_matcher: {} }, route: to('a') }],
    manager: connects,
    requests: [
      {
        send: 'CONNECT host.example:443',
        host: 'host.example:443',
        tunnel: 'ping',
        see: { status: 200, body: 'ping', method: 'CONNECT', authority: 'host.example:443' },
      },
    ],
  },
  {
    name: 'HTTP/1.0 is refused unless it is accepted',
    routes: [all()],
    requests: [
      { send: 'GET /', raw: 'GET / HTTP/1.0\r\nhost: x\r\nx-case: {id}\r\n\r\n', see: { status: 426, attempts: 0 } },
    ],
  },
  {
    name: 'HTTP/1.0 is served where it is accepted',
    routes: [all()],
    manager: { http_protocol_options: { accept_http_10: true, default_host_for_http_10: 'default.example' } },
    requests: [
      {
        send: 'GET /',
        raw: 'GET / HTTP/1.0\r\nx-case: {id}\r\n\r\n',
        see: { status: 200, authority: 'default.example', headers: { connection: 'close' } },
      },
      {
        send: 'GET /',
        raw: 'GET / HTTP/1.0\r\nhost: x\r\nconnection: keep-alive\r\nx-do: chunked\r\nx-case: {id}\r\n\r\n',
        see: { status: 200, authority: 'x', headers: { 'transfer-encoding': undefined }, body: '{"endpoint":"a"}' },
      },
    ],
  },
];

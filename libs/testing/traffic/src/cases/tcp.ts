/** TCP: the connection goes on as it is; the table's requests are its octets. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, streamLog, tcpProxy } from './parts.ts';

const get = { send: 'GET /tcp', logsAtEnd: true } as const;
const tcp = (config: JsonObject, ...before: JsonObject[]): JsonObject => ({
  filter_chains: [{ filters: [...before, tcpProxy(config)] }],
});
const inspected = (...filter_chains: JsonObject[]): JsonObject => ({
  listener_filters: [
    filter('envoy.filters.listener.tls_inspector', 'extensions.filters.listener.tls_inspector.v3.TlsInspector'),
  ],
  filter_chains,
});
const rbac = (principal: JsonObject, action = 'ALLOW', permission: JsonObject = { any: true }): JsonObject =>
  filter('envoy.filters.network.rbac', 'extensions.filters.network.rbac.v3.RBAC', {
    stat_prefix: 'tcp.',
    rules: { action, policies: { p: { permissions: [permission], principals: [principal] } } },
  });
const from = (address_prefix: string, prefix_len: number): JsonObject => ({
  direct_remote_ip: { address_prefix, prefix_len },
});
const passed = {
  status: 200,
  endpoint: 'a',
  upstream: { 'x-forwarded-proto': undefined, 'x-request-id': undefined },
} as const;
const closed = { status: 0, attempts: 0 } as const;
const proxyProtocol = (config: JsonObject = {}): JsonObject => ({
  listener_filters: [
    filter(
      'envoy.filters.listener.proxy_protocol',
      'extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
      config,
    ),
  ],
});
const request = 'GET / HTTP/1.1\r\nhost: x\r\nx-case: {id}\r\n\r\n';
/** PROXY v2: TCP over IPv4 from 9.9.9.9:1000 to 8.8.8.8:80. */
const version2 = `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x09\x09\x09\x09\x08\x08\x08\x08\x03\xe8\0\x50`;

const talking = {
  listener: tcp({ cluster: 'talk', access_log: [streamLog({ received: '%BYTES_RECEIVED%', sent: '%BYTES_SENT%' })] }),
  clusters: { talk: { endpoints: ['talk'] } },
  ignore: { fields: ['log'], because: 'the line that a conversation begins with names the peer' },
} as const;

/** Ends of connections: who ends or resets, what the other is told, and the flag. */
const endCases: readonly TrafficCase[] = [
  {
    ...talking,
    name: 'the end of a TCP client reaches the endpoint, whose answer still comes',
    requests: [
      {
        send: 'ends',
        talk: { endpoint: 'counts', client: 'ends' },
        see: { body: 'got 5', ended: 'FIN', method: 'FIN', upstreamBody: 'hello', flag: '-', log: { sent: '5' } },
      },
    ],
  },
  {
    ...talking,
    name: 'the end of a TCP endpoint reaches the client, who may speak on',
    requests: [
      {
        send: 'ends after',
        talk: { endpoint: 'ends-first', client: 'ends-after' },
        see: { body: 'something', ended: 'FIN', method: 'FIN', upstreamBody: 'more', flag: '-', log: { sent: '9' } },
      },
    ],
  },
  {
    ...talking,
    name: 'a TCP endpoint that resets',
    requests: [
      {
        send: 'first',
        talk: { endpoint: 'resets', client: 'goes-on' },
        see: { body: '', ended: 'RST', method: 'own', flag: 'UR' },
      },
      {
        send: 'later',
        talk: { endpoint: 'resets-later', client: 'goes-on' },
        see: { body: 'something', ended: 'RST', method: 'own', upstreamBody: 'more', flag: 'UR' },
      },
    ],
  },
  {
    ...talking,
    name: 'a TCP client that resets',
    requests: [
      {
        send: 'reset',
        talk: { endpoint: 'waits', client: 'resets' },
        see: { body: 'something', method: 'RST', flag: '-' },
      },
    ],
  },
  {
    name: 'a TCP client hears of an endpoint that refuses by an end',
    listener: tcp({ cluster: 'closed' }),
    requests: [
      {
        send: 'nothing',
        talk: { endpoint: 'waits', client: 'silent' },
        see: { body: '', ended: 'FIN', attempts: 0, flag: 'UF,URX' },
      },
    ],
  },
];

export const tcpCases: readonly TrafficCase[] = [
  ...endCases,
  {
    name: 'a TCP proxy hands the octets on and logs the connection',
    listener: tcp({ cluster: 'a' }),
    requests: [
      { ...get, see: { ...passed, flag: '-', log: { upstream: /-a$/ } } },
      { ...get, http2: true, see: { status: 200, upstreamProtocol: '2' } },
      { ...get, send: 'POST /', bodyBytes: 300_000, see: { status: 200 } },
    ],
    ignore: { fields: ['log'], because: 'the names of clusters are those of the case' },
  },
  {
    name: 'a TCP proxy to an endpoint that refuses closes with UF,URX',
    listener: tcp({ cluster: 'closed' }),
    requests: [{ ...get, see: { ...closed, flag: 'UF,URX' } }],
  },
  {
    name: 'a TCP proxy to a cluster without endpoints closes with UH',
    listener: tcp({ cluster: 'none' }),
    clusters: { none: { endpoints: [] } },
    requests: [{ ...get, see: { ...closed, flag: 'UH' } }],
  },
  {
    name: 'weighted clusters of a TCP proxy share the connections',
    listener: tcp({
      weighted_clusters: {
        clusters: [
          { name: 'a', weight: 1 },
          { name: 'b', weight: 1 },
        ],
      },
    }),
    requests: [{ ...get, times: 40, parallel: true, unlogged: true, see: { endpoints: ['a', 'b'] } }],
  },
  {
    name: 'TLS goes through by its server name, unopened',
    listener: inspected(
      { filter_chain_match: { server_names: ['b.example'] }, filters: [tcpProxy({ cluster: 'tls' })] },
      { filter_chain_match: { server_names: ['*.mesh'] }, filters: [tcpProxy({ cluster: 'tls' })] },
      { filter_chain_match: { transport_protocol: 'raw_buffer' }, filters: [tcpProxy({ cluster: 'c' })] },
    ),
    clusters: { tls: { endpoints: ['tls'] }, c: { endpoints: ['c'] } },
    requests: [
      { ...get, tls: { sni: 'b.example' }, see: { status: 200, endpoint: 'b' } },
      { ...get, tls: { sni: 'c.mesh' }, see: { status: 200, endpoint: 'c' } },
      { ...get, tls: { sni: 'other.org' }, unlogged: true, see: closed },
      { ...get, see: { status: 200, endpoint: 'c' } },
    ],
  },
  {
    name: 'sni_cluster takes the cluster from the server name',
    listener: inspected({
      filters: [
        filter('envoy.filters.network.sni_cluster', 'extensions.filters.network.sni_cluster.v3.SniCluster'),
        tcpProxy({ cluster: 'missing' }),
      ],
    }),
    clusters: { tls: { endpoints: ['tls'] } },
    requests: [{ ...get, tls: { sni: 'unknown.example' }, unlogged: true, see: closed }],
  },
  {
    name: 'network RBAC lets an address pass',
    listener: tcp({ cluster: 'a' }, rbac(from('127.0.0.0', 8))),
    requests: [{ ...get, see: passed }],
  },
  {
    name: 'network RBAC closes the connection of another address',
    listener: tcp({ cluster: 'a' }, rbac(from('10.0.0.0', 8))),
    requests: [{ ...get, see: closed }],
  },
  {
    name: 'network RBAC denies a port range',
    listener: tcp({ cluster: 'a' }, rbac({ any: true }, 'DENY', { destination_port_range: { start: 1, end: 65535 } })),
    requests: [{ ...get, unlogged: true, see: closed }],
  },
  {
    name: 'network RBAC reads the requested server name',
    listener: inspected({
      filters: [
        rbac({ any: true }, 'ALLOW', { requested_server_name: { suffix: '.mesh' } }),
        tcpProxy({ cluster: 'tls' }),
      ],
    }),
    clusters: { tls: { endpoints: ['tls'] } },
    requests: [
      { ...get, tls: { sni: 'b.mesh' }, see: { status: 200, endpoint: 'b' } },
      { ...get, tls: { sni: 'b.example' }, unlogged: true, see: closed },
    ],
  },
  {
    name: 'a connection limit of one closes the others',
    listener: tcp(
      { cluster: 'a' },
      filter(
        'envoy.filters.network.connection_limit',
        'extensions.filters.network.connection_limit.v3.ConnectionLimit',
        { stat_prefix: 'l', max_connections: 1 },
      ),
    ),
    requests: [
      {
        ...get,
        headers: ['x-do: delay=200'],
        times: 3,
        parallel: true,
        unlogged: true,
        see: { tally: { '200 -': 1, '0 -': 2 } },
      },
    ],
  },
  {
    name: 'a local rate limit of connections closes those over it',
    listener: tcp(
      { cluster: 'a' },
      filter('envoy.filters.network.local_ratelimit', 'extensions.filters.network.local_ratelimit.v3.LocalRateLimit', {
        stat_prefix: 'l',
        token_bucket: { max_tokens: 3, tokens_per_fill: 1, fill_interval: '3600s' },
      }),
    ),
    requests: [{ ...get, times: 8, parallel: true, unlogged: true, see: { endpoints: ['a'] } }],
  },
  {
    name: 'the idle timeout of a TCP proxy closes a connection on which nothing moves',
    listener: tcp({ cluster: 'a', idle_timeout: '0.15s' }),
    requests: [{ ...get, headers: ['x-do: delay=1500'], see: { status: 0, lessThanMs: 1_400 } }],
  },
  {
    name: 'the PROXY protocol tells the address of the client: version 1',
    listener: proxyProtocol(),
    routes: [{ match: { prefix: '/' }, route: { cluster: 'a' } }],
    manager: { use_remote_address: true },
    requests: [
      {
        send: 'GET /',
        raw: `PROXY TCP4 9.9.9.9 8.8.8.8 1000 80\r\n${request}`,
        see: { status: 200, upstream: { 'x-forwarded-for': '9.9.9.9' } },
      },
      { send: 'GET /', raw: `PROXY UNKNOWN\r\n${request}`, see: { status: 200 } },
      {
        send: 'GET /',
        raw: `PROXY TCP6 2001:db8::1 2001:db8::2 1000 80\r\n${request}`,
        see: { status: 200, upstream: { 'x-forwarded-for': '2001:db8::1' } },
      },
      { send: 'GET /', raw: request, unlogged: true, see: closed },
      { send: 'GET /', raw: `PROXY TCP4 nonsense\r\n${request}`, unlogged: true, see: closed },
    ],
  },
  {
    name: 'the PROXY protocol tells the address of the client: version 2',
    listener: proxyProtocol(),
    routes: [{ match: { prefix: '/' }, route: { cluster: 'a' } }],
    manager: { use_remote_address: true },
    requests: [
      { send: 'GET /', raw: `${version2}${request}`, see: { status: 200, upstream: { 'x-forwarded-for': '9.9.9.9' } } },
      {
        send: 'GET /',
        raw: [version2.slice(0, 7), version2.slice(7) + request],
        see: { status: 200, upstream: { 'x-forwarded-for': '9.9.9.9' } },
      },
    ],
  },
  {
    name: 'allow_requests_without_proxy_protocol takes both',
    listener: proxyProtocol({ allow_requests_without_proxy_protocol: true }),
    routes: [{ match: { prefix: '/' }, route: { cluster: 'a' } }],
    manager: { use_remote_address: true },
    requests: [
      { send: 'GET /', raw: request, see: { status: 200, upstream: { 'x-forwarded-for': /^[0-9.]+$/ } } },
      {
        send: 'GET /',
        raw: `PROXY TCP4 9.9.9.9 8.8.8.8 1000 80\r\n${request}`,
        see: { status: 200, upstream: { 'x-forwarded-for': '9.9.9.9' } },
      },
    ],
  },
];

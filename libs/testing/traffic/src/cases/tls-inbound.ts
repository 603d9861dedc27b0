/** TLS from the client: chains by server name, ALPN and protocol; client certificates; what the endpoint is told of them. */

import { identities, trustedRootsPem } from '../tls-material.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, httpManager, route, tcpProxy } from './parts.ts';
import { chains, inspector, mutual, serverTls, to } from './tls-parts.ts';

const get = { send: 'GET /' } as const;
const secret = { tls: { as: 'client', sni: 'any.example' } } as const;

export const tlsInboundCases: readonly TrafficCase[] = [
  {
    name: 'TLS from a client without a certificate',
    listener: chains({ ...serverTls('site'), ...to('a') }),
    requests: [
      {
        ...get,
        tls: { sni: 'site.example' },
        see: { status: 200, endpoint: 'a', upstream: { 'x-forwarded-proto': 'https' } },
      },
      { ...get, tls: {}, see: { status: 200 } },
      { ...get, tls: { alpn: ['http/1.1'] }, see: { status: 200 } },
      { ...get, http2: true, tls: { alpn: ['h2'] }, see: { status: 200, upstream: { 'x-forwarded-proto': 'https' } } },
      { ...get, unlogged: true, see: { status: 0 } },
    ],
  },
  {
    name: 'a client certificate is demanded, and must be signed by a trusted CA',
    listener: chains({ ...mutual, ...to('a') }),
    requests: [
      { ...get, tls: { as: 'client' }, see: { status: 200 } },
      { ...get, tls: {}, unlogged: true, see: { status: 0 } },
      { ...get, tls: { as: 'stranger' }, unlogged: true, see: { status: 0 } },
    ],
  },
  {
    name: 'match_typed_subject_alt_names says which clients may',
    listener: chains({
      ...serverTls(
        'server',
        { require_client_certificate: true },
        {
          validation_context: {
            trusted_ca: { inline_string: trustedRootsPem },
            match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: identities.client } }],
          },
        },
      ),
      ...to('a'),
    }),
    requests: [
      { ...get, tls: { as: 'client' }, see: { status: 200 } },
      { ...get, tls: { as: 'server' }, unlogged: true, see: { status: 0 } },
      { ...get, tls: { as: 'site' }, unlogged: true, see: { status: 0 } },
    ],
  },
  {
    name: 'chains are chosen by server name: exact, then wildcard, then the rest',
    listener: chains(
      { filter_chain_match: { server_names: ['one.example'] }, ...serverTls('site'), ...to('a') },
      { filter_chain_match: { server_names: ['*.example'] }, ...serverTls('site'), ...to('b') },
      { ...serverTls('site'), ...to('c') },
    ),
    requests: [
      { ...get, tls: { sni: 'one.example' }, see: { endpoint: 'a' } },
      { ...get, tls: { sni: 'two.example' }, see: { endpoint: 'b' } },
      { ...get, tls: { sni: 'deep.two.example' }, see: { endpoint: 'b' } },
      { ...get, tls: { sni: 'other.org' }, see: { endpoint: 'c' } },
      { ...get, tls: {}, see: { endpoint: 'c' } },
      { ...get, tls: { sni: 'ONE.example' }, see: { endpoint: 'a' } },
    ],
  },
  {
    name: 'a server name that no chain takes is closed',
    listener: chains({ filter_chain_match: { server_names: ['one.example'] }, ...serverTls('site'), ...to('a') }),
    requests: [
      { ...get, tls: { sni: 'two.example' }, unlogged: true, see: { status: 0 } },
      { ...get, unlogged: true, see: { status: 0 } },
    ],
  },
  {
    name: 'permissive: mTLS and plain text on one port, by transport protocol and ALPN',
    listener: chains(
      {
        filter_chain_match: {
          transport_protocol: 'tls',
          application_protocols: ['istio', 'istio-peer-exchange', 'istio-http/1.1', 'istio-h2'],
        },
        ...mutual,
        ...to('a'),
      },
      { filter_chain_match: { transport_protocol: 'tls' }, ...serverTls('site'), ...to('b') },
      { filter_chain_match: { transport_protocol: 'raw_buffer' }, ...to('c') },
    ),
    requests: [
      { ...get, tls: { as: 'client', alpn: ['istio-http/1.1', 'http/1.1'] }, see: { endpoint: 'a' } },
      { ...get, tls: { alpn: ['http/1.1'] }, see: { endpoint: 'b' } },
      { ...get, tls: {}, see: { endpoint: 'b' } },
      { ...get, see: { endpoint: 'c' } },
      { ...get, http2: true, see: { endpoint: 'c' } },
    ],
  },
  {
    name: 'the default filter chain takes what no other chain takes',
    listener: {
      ...chains({ filter_chain_match: { server_names: ['one.example'] }, ...serverTls('site'), ...to('a') }),
      default_filter_chain: to('b'),
    },
    requests: [
      { ...get, tls: { sni: 'one.example' }, see: { endpoint: 'a' } },
      { ...get, see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'an http inspector tells plain HTTP/1 and HTTP/2 apart for the chains',
    listener: {
      listener_filters: [
        ...inspector.listener_filters,
        filter('envoy.filters.listener.http_inspector', 'extensions.filters.listener.http_inspector.v3.HttpInspector'),
      ],
      filter_chains: [
        { filter_chain_match: { application_protocols: ['http/1.1'] }, ...to('a') },
        { filter_chain_match: { application_protocols: ['h2c'] }, ...to('b') },
      ],
      default_filter_chain: { filters: [tcpProxy({ cluster: 'c' })] },
    },
    requests: [
      { ...get, see: { endpoint: 'a' } },
      { ...get, http2: true, see: { endpoint: 'b' } },
    ],
  },
  {
    name: 'a minimum version of TLS 1.3 is met by a client of today',
    listener: chains({
      ...serverTls('site', {}, { tls_params: { tls_minimum_protocol_version: 'TLSv1_3' } }),
      ...to('a'),
    }),
    requests: [{ ...get, tls: {}, see: { status: 200 } }],
  },
  {
    name: 'RBAC knows a client by the URI in its certificate',
    listener: chains({
      ...mutual,
      ...to('a', {
        http_filters: [
          filter('envoy.filters.http.rbac', 'extensions.filters.http.rbac.v3.RBAC', {
            rules: {
              action: 'ALLOW',
              policies: {
                p: {
                  permissions: [{ any: true }],
                  principals: [{ authenticated: { principal_name: { exact: identities.client } } }],
                },
              },
            },
          }),
          filter('router', 'extensions.filters.http.router.v3.Router'),
        ],
      }),
    }),
    requests: [
      { ...get, tls: { as: 'client' }, see: { status: 200 } },
      { ...get, tls: { as: 'server' }, see: { status: 403 } },
    ],
  },
  {
    name: 'network RBAC closes the connection of a client that may not',
    listener: chains({
      ...mutual,
      filters: [
        filter('envoy.filters.network.rbac', 'extensions.filters.network.rbac.v3.RBAC', {
          stat_prefix: 'tcp.',
          rules: {
            action: 'ALLOW',
            policies: {
              p: {
                permissions: [{ any: true }],
                principals: [{ authenticated: { principal_name: { suffix: '/sa/client' } } }],
              },
            },
          },
        }),
        tcpProxy({ cluster: 'b' }),
      ],
    }),
    requests: [
      { ...get, tls: { as: 'client' }, logsAtEnd: true, see: { status: 200, endpoint: 'b' } },
      { ...get, tls: { as: 'server' }, unlogged: true, see: { status: 0, attempts: 0 } },
    ],
  },
  {
    name: 'the access log knows the server name, the version and the client',
    listener: chains({
      ...mutual,
      filters: [
        httpManager(
          [route('a')],
          {},
          {
            sni: '%REQUESTED_SERVER_NAME%',
            version: '%DOWNSTREAM_TLS_VERSION%',
            peer: '%DOWNSTREAM_PEER_URI_SAN%',
            own: '%DOWNSTREAM_LOCAL_URI_SAN%',
          },
        ),
      ],
    }),
    requests: [
      {
        ...get,
        ...secret,
        see: {
          status: 200,
          log: { sni: 'any.example', version: 'TLSv1.3', peer: identities.client, own: identities.server },
        },
      },
    ],
  },
];

/** TLS from the client: chains by server name, ALPN and protocol; client certificates; what the endpoint is told of them. */

import type { JsonObject } from '@bufbuild/protobuf';
import { identities, tlsMaterial, trustedRootsPem } from '../tls-material.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, httpManager, route, tcpProxy } from './parts.ts';

type Name = keyof typeof tlsMaterial;

const common = (as: Name, more: JsonObject = {}): JsonObject => ({
  tls_certificates: [
    {
      certificate_chain: { inline_string: tlsMaterial[as].certChainPem },
      private_key: { inline_string: tlsMaterial[as].privateKeyPem },
    },
  ],
  alpn_protocols: ['h2', 'http/1.1'],
  ...more,
});

const trust: JsonObject = { validation_context: { trusted_ca: { inline_string: trustedRootsPem } } };

/** transport_socket of a chain. */
export function serverTls(as: Name, more: JsonObject = {}, tls: JsonObject = {}): JsonObject {
  return {
    transport_socket: filter('tls', 'extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      common_tls_context: common(as, tls),
      ...more,
    }),
  };
}
const mutual = serverTls('server', { require_client_certificate: true }, trust);
const inspector = {
  listener_filters: [
    filter('envoy.filters.listener.tls_inspector', 'extensions.filters.listener.tls_inspector.v3.TlsInspector'),
  ],
};
const chains = (...filter_chains: JsonObject[]): JsonObject => ({ ...inspector, filter_chains });
const to = (cluster: string, more: JsonObject = {}): JsonObject => ({ filters: [httpManager([route(cluster)], more)] });

const get = { send: 'GET /' } as const;
const secret = { tls: { as: 'client', sni: 'any.example' } } as const;
const forwards = (
  forward_client_cert_details: string,
  set_current_client_cert_details: JsonObject = {},
): JsonObject => ({
  forward_client_cert_details,
  set_current_client_cert_details,
});
const xfcc = (name: string, manager: JsonObject, sent: readonly string[], wanted: RegExp | undefined): TrafficCase => ({
  name,
  listener: chains({ ...mutual, ...to('a', manager) }),
  requests: [
    { ...get, ...secret, headers: sent, see: { status: 200, upstream: { 'x-forwarded-client-cert': wanted } } },
  ],
  ignore: { fields: ['upstream'], because: 'hashes are compared by the pattern' },
});
const forged = ['x-forwarded-client-cert: By=forged'];
const hash = 'Hash=[0-9a-f]{64}';

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
  xfcc('SANITIZE removes the field of the client', forwards('SANITIZE'), forged, undefined),
  xfcc(
    'SANITIZE_SET tells who the client is',
    forwards('SANITIZE_SET', { uri: true }),
    forged,
    new RegExp(`^By=${identities.server};${hash};URI=${identities.client}$`),
  ),
  xfcc(
    'SANITIZE_SET tells subject and DNS names where asked',
    forwards('SANITIZE_SET', { subject: true, uri: true, dns: true }),
    [],
    new RegExp(`^By=${identities.server};${hash};Subject="";URI=${identities.client}$`),
  ),
  xfcc(
    'APPEND_FORWARD appends to the field of the client',
    forwards('APPEND_FORWARD', { uri: true }),
    forged,
    new RegExp(`^By=forged,By=${identities.server};${hash};URI=${identities.client}$`),
  ),
  xfcc('FORWARD_ONLY hands the field on as it came', forwards('FORWARD_ONLY'), forged, /^By=forged$/),
  xfcc('ALWAYS_FORWARD_ONLY hands the field on too', forwards('ALWAYS_FORWARD_ONLY'), forged, /^By=forged$/),
  xfcc(
    'SANITIZE_SET with the certificate of the client',
    forwards('SANITIZE_SET', { cert: true }),
    [],
    /;Cert="-----BEGIN%20CERTIFICATE-----%0A.*"$/,
  ),
  {
    name: 'FORWARD_ONLY without a client certificate removes the field',
    listener: chains({ ...serverTls('site'), ...to('a', forwards('FORWARD_ONLY')) }),
    requests: [
      { ...get, tls: {}, headers: forged, see: { status: 200, upstream: { 'x-forwarded-client-cert': undefined } } },
    ],
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
      { ...get, tls: { as: 'client' }, see: { status: 200, endpoint: 'b' } },
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

/** TLS to the endpoint: server names, certificates of ours, checks of theirs. */

import type { JsonObject } from '@bufbuild/protobuf';
import { identities, tlsMaterial, trustedRootsPem } from '../tls-material.ts';
import type { CaseCluster, TrafficCase } from '../traffic-case.ts';
import { filter, route, typeUrl } from './parts.ts';

function secured(
  at: 'tls' | 'mtls' | 'a',
  context: JsonObject,
  tls: JsonObject = {},
  merge: JsonObject = {},
): CaseCluster {
  return {
    endpoints: [at],
    merge: {
      transport_socket: filter('tls', 'extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
        common_tls_context: tls,
        ...context,
      }),
      ...merge,
    },
  };
}
const validates = (more: JsonObject = {}): JsonObject => ({
  validation_context: { trusted_ca: { inline_string: trustedRootsPem }, ...more },
});
const shows = (as: keyof typeof tlsMaterial): JsonObject => ({
  tls_certificates: [
    {
      certificate_chain: { inline_string: tlsMaterial[as].certChainPem },
      private_key: { inline_string: tlsMaterial[as].privateKeyPem },
    },
  ],
});
const san = (san_type: string, exact: string): JsonObject => ({
  match_typed_subject_alt_names: [{ san_type, matcher: { exact } }],
});
const http2: JsonObject = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': typeUrl('extensions.upstreams.http.v3.HttpProtocolOptions'),
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};
const auto: JsonObject = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': typeUrl('extensions.upstreams.http.v3.HttpProtocolOptions'),
      auto_config: { http_protocol_options: {}, http2_protocol_options: {} },
    },
  },
};

/** A handshake that fails: the words for it are those of the TLS library. */
function refusedCase(name: string, cluster: CaseCluster, body?: string): TrafficCase {
  const more = body === undefined ? {} : { body };
  const request = { send: 'GET /', see: { ...failed, ...more }, envoy: { ...failedInEnvoy, ...more } };
  return { name, routes: [route('s')], clusters: { s: cluster }, requests: [request], differs: 'R-tls-words' };
}

function tlsCase(name: string, cluster: CaseCluster, see: TrafficCase['requests'][number]['see']): TrafficCase {
  return { name, routes: [route('s')], clusters: { s: cluster }, requests: [{ send: 'GET /', see }] };
}
const failed = {
  status: 503,
  flag: 'UF',
  attempts: 0,
  details: /^upstream_reset_before_response_started\{remote_connection_failure\|.+\}$/,
} as const;
const failedInEnvoy = {
  ...failed,
  details: /^upstream_reset_before_response_started\{remote_connection_failure\|TLS_error:/,
};

export const tlsOutboundCases: readonly TrafficCase[] = [
  tlsCase('the server name of a cluster is sent', secured('tls', { sni: 'b.example' }), { status: 200, endpoint: 'b' }),
  tlsCase('without a server name none is sent', secured('tls', {}), { status: 200, endpoint: 'a' }),
  tlsCase('a certificate of a trusted CA is good', secured('tls', { sni: 'b.example' }, validates()), {
    status: 200,
    endpoint: 'b',
  }),
  tlsCase('a DNS name of the endpoint may be demanded', secured('tls', {}, validates(san('DNS', 'site.example'))), {
    status: 200,
  }),
  refusedCase(
    'another DNS name than the demanded one is refused',
    secured('tls', {}, validates(san('DNS', 'else.example'))),
    'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure',
  ),
  tlsCase(
    'a URI of the endpoint may be demanded',
    secured('mtls', {}, { ...validates(san('URI', identities.server)), ...shows('client') }),
    { status: 200 },
  ),
  refusedCase(
    'another URI than the demanded one is refused',
    secured('mtls', {}, { ...validates(san('URI', identities.client)), ...shows('client') }),
  ),
  refusedCase(
    'a certificate of an unknown CA is refused',
    secured('tls', {}, { validation_context: { trusted_ca: { inline_string: tlsMaterial.stranger.rootsPem } } }),
  ),
  tlsCase(
    'an endpoint that demands a certificate gets ours',
    secured('mtls', { sni: 'b.example' }, { ...validates(), ...shows('client') }),
    { status: 200, endpoint: 'b' },
  ),
  refusedCase('TLS to an endpoint in the clear fails', secured('a', {})),
  tlsCase('ALPN h2 where the cluster speaks HTTP/2', secured('tls', {}, { alpn_protocols: ['h2'] }, http2), {
    status: 200,
    upstreamProtocol: '2',
  }),
  tlsCase('an automatic cluster speaks what ALPN chose', secured('tls', {}, {}, auto), {
    status: 200,
    upstreamProtocol: '2',
  }),
  {
    name: 'transport socket matches choose TLS or plain text by the metadata of an endpoint',
    routes: [route('s')],
    clusters: {
      s: {
        endpoints: [],
        merge: {
          load_assignment: {
            cluster_name: 's',
            endpoints: [
              {
                lb_endpoints: [
                  {
                    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: '@port:mtls' } } },
                    metadata: { filter_metadata: { 'envoy.transport_socket_match': { tlsMode: 'istio' } } },
                  },
                  { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: '@port:c' } } } },
                ],
              },
            ],
          },
          transport_socket_matches: [
            {
              name: 'tlsMode-istio',
              match: { tlsMode: 'istio' },
              transport_socket: filter('tls', 'extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
                common_tls_context: { ...validates(), ...shows('client') },
                sni: 'b.example',
              }),
            },
            {
              name: 'tlsMode-disabled',
              match: {},
              transport_socket: filter('raw', 'extensions.transport_sockets.raw_buffer.v3.RawBuffer'),
            },
          ],
        },
      },
    },
    requests: [{ send: 'GET /', times: 4, see: { tally: { '200 -': 4 }, endpoints: ['b', 'c'] } }],
  },
  {
    name: 'auto_sni sends the host of the request',
    routes: [route('s')],
    clusters: {
      s: secured(
        'tls',
        {},
        {},
        {
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': typeUrl('extensions.upstreams.http.v3.HttpProtocolOptions'),
              explicit_http_config: { http_protocol_options: {} },
              upstream_http_protocol_options: { auto_sni: true },
            },
          },
        },
      ),
    },
    requests: [{ send: 'GET /', host: 'b.example', see: { status: 200, endpoint: 'b' } }],
  },
];

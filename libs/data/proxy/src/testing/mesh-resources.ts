/** Hand-made xDS resources of a small mesh, as Envoy's JSON: what a control plane would send. */

import { type DescMessage, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { messageRegistry } from '@weft/xds-messages/registry';

export interface TestResource {
  readonly typeUrl: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

const types = 'type.googleapis.com/envoy.extensions';
const ads = { ads: {}, resource_api_version: 'V3' };
const hcmType = `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`;
const trustDomainPrefix = 'spiffe://cluster.local/';

export function resource(
  schema: DescMessage & { readonly typeName: string },
  name: string,
  json: object,
): TestResource {
  const message = fromJson(schema, json as JsonObject, { registry: messageRegistry() });
  return { typeUrl: `type.googleapis.com/${schema.typeName}`, name, bytes: toBinary(schema, message) };
}

/** `filter_metadata["weft"]`. */
export function from(rule: string, more: object = {}): object {
  return { filter_metadata: { weft: { resource: 'Test shop/x', file: 'mesh/x.yaml', line: 7, rule, ...more } } };
}

/** An inbound port with mutual TLS. @param kind "http" or "tcp". */
export function inboundListener(name: string, port: number, appPort: number, kind: 'http' | 'tcp'): TestResource {
  const cluster = `inbound|${appPort}||`;
  const filter =
    kind === 'tcp'
      ? { '@type': `${types}.filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: name, cluster }
      : {
          '@type': hcmType,
          stat_prefix: name,
          http_filters: [router],
          // As Istio's inbound listeners: who called is told to the application.
          forward_client_cert_details: 'APPEND_FORWARD',
          set_current_client_cert_details: { subject: true, dns: true, uri: true },
          route_config: {
            name: cluster,
            virtual_hosts: [
              {
                name: cluster,
                domains: ['*'],
                routes: [{ match: { prefix: '/' }, route: { cluster, timeout: '0s' } }],
              },
            ],
          },
        };
  return resource(ListenerSchema, name, {
    name,
    address: socket('127.0.0.1', port),
    traffic_direction: 'INBOUND',
    metadata: from('inbound'),
    filter_chains: [
      {
        filters: [{ name: 'filter', typed_config: filter }],
        transport_socket: {
          name: 'tls',
          typed_config: {
            '@type': `${types}.transport_sockets.tls.v3.DownstreamTlsContext`,
            require_client_certificate: true,
            common_tls_context: commonTls(kind === 'tcp' ? ['istio'] : ['istio-http/1.1', 'http/1.1'], {
              prefix: trustDomainPrefix,
            }),
          },
        },
      },
    ],
  });
}

/** The explicit proxy for applications. */
export function outboundListener(name: string, port: number): TestResource {
  return resource(ListenerSchema, name, {
    name,
    address: socket('127.0.0.1', port),
    traffic_direction: 'OUTBOUND',
    metadata: from('outbound'),
    filter_chains: [
      {
        filters: [
          {
            name: 'hcm',
            typed_config: {
              '@type': hcmType,
              stat_prefix: name,
              rds: { route_config_name: 'http_proxy', config_source: ads },
              http_filters: [router],
              access_log: [accessLog],
              http_protocol_options: { allow_absolute_url: true },
              upgrade_configs: [{ upgrade_type: 'websocket' }, { upgrade_type: 'CONNECT' }],
            },
          },
        ],
      },
    ],
  });
}

export function routes(name: string, virtualHosts: readonly object[]): TestResource {
  return resource(RouteConfigurationSchema, name, { name, virtual_hosts: virtualHosts });
}

/** Where the way in ends: the application's own port. @param probe a path to probe over HTTP. */
export function inboundCluster(appPort: number, probe?: string): TestResource {
  const name = `inbound|${appPort}||`;
  return resource(ClusterSchema, name, {
    name,
    type: 'STATIC',
    metadata: from('inbound cluster'),
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint(appPort)] }] },
    ...(probe === undefined
      ? {}
      : {
          health_checks: [
            {
              interval: '0.05s',
              timeout: '1s',
              healthy_threshold: 1,
              unhealthy_threshold: 1,
              http_health_check: { path: probe },
            },
          ],
        }),
  });
}

/** @param uri the identity that its endpoints must show. */
export function outboundCluster(name: string, uri: string, alpn: readonly string[]): TestResource {
  return resource(ClusterSchema, name, {
    name,
    type: 'EDS',
    metadata: from('outbound cluster'),
    eds_cluster_config: { eds_config: ads },
    lb_policy: 'ROUND_ROBIN',
    transport_socket_matches: [
      {
        name: 'tlsMode-istio',
        match: { tlsMode: 'istio' },
        transport_socket: {
          name: 'tls',
          typed_config: {
            '@type': `${types}.transport_sockets.tls.v3.UpstreamTlsContext`,
            sni: name.replaceAll('|', '_.'),
            common_tls_context: commonTls(alpn, { exact: uri }),
          },
        },
      },
    ],
  });
}

export function endpoints(name: string, ports: readonly number[]): TestResource {
  const metadata = { filter_metadata: { 'envoy.transport_socket_match': { tlsMode: 'istio' } } };
  return resource(ClusterLoadAssignmentSchema, name, {
    cluster_name: name,
    endpoints: [{ lb_endpoints: ports.map((port) => ({ ...endpoint(port), metadata })) }],
  });
}

export function rootsSecret(rootPem: string): TestResource {
  const name = 'ROOTCA';
  return resource(SecretSchema, name, { name, validation_context: { trusted_ca: { inline_string: rootPem } } });
}

const accessLog = {
  name: 'envoy.access_loggers.file',
  typed_config: {
    '@type': `${types}.access_loggers.file.v3.FileAccessLog`,
    path: '/dev/stdout',
    log_format: { json_format: { response_code: '%RESPONSE_CODE%', response_flags: '%RESPONSE_FLAGS%' } },
  },
};

const router = { name: 'router', typed_config: { '@type': `${types}.filters.http.router.v3.Router` } };

function socket(address: string, port: number): object {
  return { socket_address: { address, port_value: port } };
}

function endpoint(port: number): object {
  return { endpoint: { address: socket('127.0.0.1', port) } };
}

function commonTls(alpn: readonly string[], matcher: object): object {
  return {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_3' },
    alpn_protocols: alpn,
    tls_certificate_sds_secret_configs: [{ name: 'default', sds_config: ads }],
    combined_validation_context: {
      default_validation_context: { match_typed_subject_alt_names: [{ san_type: 'URI', matcher }] },
      validation_context_sds_secret_config: { name: 'ROOTCA', sds_config: ads },
    },
  };
}

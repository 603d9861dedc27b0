/** What a control plane would send to two captured sidecars, hand-made in the manner of Istio's. */

import { resource, type TestResource } from '@weft/data-proxy/testing';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';

const types = 'type.googleapis.com/envoy.extensions';
const ads = { ads: {}, resource_api_version: 'V3' };
const httpAlpn = ['istio-http/1.1', 'istio', 'http/1.1'];

export const ports = { http: 80, plain: 8080, database: 5432, banner: 2525 } as const;

/** The client's: HTTP to port 80 and the database go over mutual TLS, all else as it came. */
export function clientResources(server: string, serverUri: string): readonly TestResource[] {
  const secured = (name: string, port: number, alpn: readonly string[]): TestResource =>
    cluster(name, [`${server}:${port}`], {
      transport_socket: {
        name: 'tls',
        typed_config: {
          '@type': `${types}.transport_sockets.tls.v3.UpstreamTlsContext`,
          sni: `outbound_.${port}_._.app.shop.svc.cluster.local`,
          common_tls_context: commonTls(alpn, { exact: serverUri }),
        },
      },
    });
  return [
    listener('virtualOutbound', '0.0.0.0', 15_001, 'OUTBOUND', { use_original_dst: true }, [
      { filters: [tcpProxy('passthrough', 'PassthroughCluster')] },
    ]),
    listener('0.0.0.0_80', '0.0.0.0', ports.http, 'OUTBOUND', { bind_to_port: false }, [
      { filters: [httpManager('outbound', 'outbound|80||app')] },
    ]),
    listener('0.0.0.0_5432', '0.0.0.0', ports.database, 'OUTBOUND', { bind_to_port: false }, [
      { filters: [tcpProxy('database', 'outbound|5432||app')] },
    ]),
    secured('outbound|80||app', ports.http, httpAlpn),
    secured('outbound|5432||app', ports.database, ['istio']),
    passthrough('PassthroughCluster'),
  ];
}

/** The server's: mutual TLS and plain text on every port, told apart by what comes first. */
export function serverResources(): readonly TestResource[] {
  const chain = (
    port: number,
    transport: 'tls' | 'raw_buffer',
    filter: object,
    alpn: readonly string[] = [],
  ): object => ({
    filter_chain_match: { destination_port: port, transport_protocol: transport },
    filters: [filter],
    ...(transport === 'raw_buffer' ? {} : { transport_socket: serverTls(alpn) }),
  });
  const http = (port: number): object => httpManager('inbound', `inbound|${port}||`);
  const tcp = (port: number): object => tcpProxy('inbound', `inbound|${port}||`);
  const inspectors = [
    { name: 'dst', typed_config: { '@type': `${types}.filters.listener.original_dst.v3.OriginalDst` } },
    { name: 'tls', typed_config: { '@type': `${types}.filters.listener.tls_inspector.v3.TlsInspector` } },
  ];
  return [
    listener(
      'virtualInbound',
      '0.0.0.0',
      15_006,
      'INBOUND',
      {
        listener_filters: inspectors,
        listener_filters_timeout: '0.5s',
        continue_on_listener_filters_timeout: true,
      },
      [
        chain(ports.http, 'tls', http(ports.http), httpAlpn),
        chain(ports.http, 'raw_buffer', http(ports.http)),
        chain(ports.plain, 'raw_buffer', http(ports.plain)),
        chain(ports.database, 'tls', tcp(ports.database), ['istio']),
        chain(ports.banner, 'raw_buffer', tcp(ports.banner)),
      ],
    ),
    ...Object.values(ports).map((port) => cluster(`inbound|${port}||`, [`127.0.0.1:${port}`], {})),
  ];
}

function listener(
  name: string,
  address: string,
  port: number,
  direction: 'INBOUND' | 'OUTBOUND',
  more: object,
  chains: readonly object[],
): TestResource {
  return resource(ListenerSchema, name, {
    name,
    address: { socket_address: { address, port_value: port } },
    traffic_direction: direction,
    filter_chains: chains,
    ...more,
  });
}

function cluster(name: string, addresses: readonly string[], more: object): TestResource {
  const lbEndpoints = addresses.map((hostPort) => {
    const [address, port] = hostPort.split(':');
    return { endpoint: { address: { socket_address: { address, port_value: Number(port) } } } };
  });
  return resource(ClusterSchema, name, {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: lbEndpoints }] },
    ...more,
  });
}

function passthrough(name: string): TestResource {
  return resource(ClusterSchema, name, {
    name,
    type: 'ORIGINAL_DST',
    connect_timeout: '5s',
    lb_policy: 'CLUSTER_PROVIDED',
  });
}

function httpManager(prefix: string, to: string): object {
  return {
    name: 'http',
    typed_config: {
      '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: prefix,
      http_filters: [{ name: 'router', typed_config: { '@type': `${types}.filters.http.router.v3.Router` } }],
      forward_client_cert_details: prefix === 'inbound' ? 'APPEND_FORWARD' : 'SANITIZE',
      set_current_client_cert_details: { subject: true, uri: true },
      access_log: [accessLog(prefix)],
      route_config: {
        name: to,
        virtual_hosts: [
          { name: to, domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: to, timeout: '0s' } }] },
        ],
      },
    },
  };
}

function tcpProxy(prefix: string, to: string): object {
  const config = { stat_prefix: prefix, cluster: to, access_log: [accessLog(prefix)] };
  return {
    name: 'tcp',
    typed_config: { '@type': `${types}.filters.network.tcp_proxy.v3.TcpProxy`, ...config },
  };
}

function accessLog(prefix: string): object {
  const text = `${prefix} %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% to %UPSTREAM_CLUSTER% for %DOWNSTREAM_LOCAL_ADDRESS% by %DOWNSTREAM_PEER_URI_SAN%\n`;
  return {
    name: 'log',
    typed_config: {
      '@type': `${types}.access_loggers.file.v3.FileAccessLog`,
      path: '/dev/stdout',
      log_format: { text_format_source: { inline_string: text } },
    },
  };
}

function serverTls(alpn: readonly string[]): object {
  return {
    name: 'tls',
    typed_config: {
      '@type': `${types}.transport_sockets.tls.v3.DownstreamTlsContext`,
      require_client_certificate: true,
      common_tls_context: commonTls(alpn, { prefix: 'spiffe://cluster.local/' }),
    },
  };
}

function commonTls(alpn: readonly string[], matcher: object): object {
  return {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
    alpn_protocols: alpn,
    tls_certificate_sds_secret_configs: [{ name: 'default', sds_config: ads }],
    combined_validation_context: {
      default_validation_context: { match_typed_subject_alt_names: [{ san_type: 'URI', matcher }] },
      validation_context_sds_secret_config: { name: 'ROOTCA', sds_config: ads },
    },
  };
}

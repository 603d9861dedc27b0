// One hop as xDS resources in Envoy's JSON: the same for Weft, which gets them from a control plane, and for Envoy, which gets them in its bootstrap.
import { accessLogFormat } from './access-log-format.mjs';
import { typed } from './typed.mjs';

const socket = (port) => ({ socket_address: { address: '127.0.0.1', port_value: port } });
const sdsOverAds = (name) => ({ name, sds_config: { ads: {}, resource_api_version: 'V3' } });

/** What a client's certificate must say to pass RBAC at the second hop. */
export const clientPrincipal = 'spiffe://cluster.local/ns/bench/sa/client';
export const servicePort = 8080;
export const serviceHost = 'backend.bench.svc.cluster.local';

/** @param files paths of PEM files (Envoy); nothing: secrets over ADS (Weft). */
function commonTls(files, alpn, sans) {
  const validation = { match_typed_subject_alt_names: sans };
  const versions = { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' };
  if (files === undefined) {
    return {
      tls_params: versions,
      alpn_protocols: alpn,
      tls_certificate_sds_secret_configs: [sdsOverAds('default')],
      combined_validation_context: {
        default_validation_context: validation,
        validation_context_sds_secret_config: sdsOverAds('ROOTCA'),
      },
    };
  }
  return {
    tls_params: versions,
    alpn_protocols: alpn,
    tls_certificates: [{ certificate_chain: { filename: files.cert }, private_key: { filename: files.key } }],
    validation_context: { trusted_ca: { filename: files.roots }, ...validation },
  };
}

function downstreamTls(files, http2) {
  return {
    name: 'tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      require_client_certificate: true,
      common_tls_context: commonTls(files, http2 ? ['h2'] : ['istio-http/1.1', 'http/1.1'], [
        { san_type: 'URI', matcher: { prefix: 'spiffe://cluster.local/' } },
      ]),
    }),
  };
}

function upstreamTls(files, http2) {
  return {
    name: 'tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: `outbound_.${servicePort}_._.${serviceHost}`,
      common_tls_context: commonTls(files, http2 ? ['h2'] : ['istio-http/1.1', 'istio', 'http/1.1'], [
        { san_type: 'URI', matcher: { exact: 'spiffe://cluster.local/ns/bench/sa/server' } },
      ]),
    }),
  };
}

/** RBAC by the caller's principal (or anyone, on plain text), a fault filter that injects nothing, the router: the chain of every HTTP hop. */
function httpFilters({ principal, jwt }) {
  const principals =
    principal === undefined ? [{ any: true }] : [{ authenticated: { principal_name: { exact: principal } } }];
  const token = {
    metadata: {
      filter: 'envoy.filters.http.jwt_authn',
      path: [{ key: 'bench' }, { key: 'iss' }],
      value: { string_match: { exact: jwt?.issuer } },
    },
  };
  const callers = jwt === undefined ? principals : [{ and_ids: { ids: [...principals, token] } }];
  const policy = { permissions: [{ any: true }], principals: callers };
  const filters = [
    {
      name: 'envoy.filters.http.rbac',
      typed_config: typed('envoy.extensions.filters.http.rbac.v3.RBAC', {
        rules: { action: 'ALLOW', policies: { 'ns[bench]-policy[callers]-rule[0]': policy } },
      }),
    },
    { name: 'router', typed_config: typed('envoy.extensions.filters.http.router.v3.Router', {}) },
  ];
  if (jwt === undefined) return filters;
  return [
    {
      name: 'envoy.filters.http.jwt_authn',
      typed_config: typed('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
        providers: {
          bench: {
            issuer: jwt.issuer,
            local_jwks: { inline_string: jwt.jwks },
            forward: true,
            payload_in_metadata: 'bench',
            jwt_cache_config: { jwt_cache_size: 100 },
          },
        },
        rules: [{ match: { prefix: '/' }, requires: { provider_name: 'bench' } }],
      }),
    },
    ...filters,
  ];
}

const routesOf = (cluster) => [
  {
    match: { prefix: '/', headers: [{ name: 'x-canary', string_match: { exact: '1' } }] },
    route: { cluster: 'canary', timeout: '0s' },
  },
  { match: { prefix: '/' }, route: { cluster, timeout: '0s' } },
];

/** @param count of services, each a virtual host; `routes` over all of them, the last of a host takes everything. */
function manyHosts({ services, routes, changed = 0 }, cluster) {
  const each = Math.ceil(routes / services);
  return Array.from({ length: services }, (_, service) => {
    const host = `service-${service}.bench.svc.cluster.local`;
    const exact = Array.from({ length: each - 1 }, (_, path) => ({
      // One route of all changes with each update.
      match: {
        path: service === Math.min(1_000, services - 1) && path === 0 ? `/path-${changed}-changed` : `/path-${path}`,
      },
      route: { cluster, timeout: '0s' },
    }));
    return {
      name: `${host}:${servicePort}`,
      domains: [host, `${host}:${servicePort}`],
      routes: [...exact, { match: { prefix: '/' }, route: { cluster, timeout: '0s' } }],
    };
  });
}

/** The route table, apart: an update of it is a resource of its own. */
export function routeConfig(plan) {
  const own = {
    name: `${serviceHost}:${servicePort}`,
    domains: plan.anyHost ? ['*'] : [serviceHost, `${serviceHost}:${servicePort}`],
    routes: routesOf('stable'),
  };
  const others = plan.table === undefined ? [] : manyHosts(plan.table, 'stable');
  return { name: 'bench', virtual_hosts: [...others, own] };
}

function httpListener(plan, rds) {
  const manager = {
    stat_prefix: 'bench',
    ...(plan.codec === undefined ? {} : { codec_type: plan.codec }),
    generate_request_id: true,
    stream_idle_timeout: '0s',
    access_log: [
      {
        name: 'file',
        typed_config: typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', {
          path: plan.logFile,
          log_format: { json_format: accessLogFormat },
        }),
      },
    ],
    ...(rds
      ? { rds: { route_config_name: 'bench', config_source: { ads: {}, resource_api_version: 'V3' } } }
      : { route_config: routeConfig(plan) }),
    http_filters: httpFilters(plan),
  };
  return typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', manager);
}

const tcpListener = () =>
  typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', { stat_prefix: 'bench', cluster: 'stable' });

export function listener(plan, files, rds = false) {
  const filter = plan.tcp ? tcpListener() : httpListener(plan, rds);
  return {
    name: `127.0.0.1_${plan.listenPort}`,
    address: socket(plan.listenPort),
    traffic_direction: plan.inbound ? 'INBOUND' : 'OUTBOUND',
    filter_chains: [
      {
        filters: [{ name: 'handler', typed_config: filter }],
        ...(plan.secureDownstream ? { transport_socket: downstreamTls(files?.server, plan.http2) } : {}),
      },
    ],
  };
}

function httpOptions(plan) {
  const options = {};
  if (plan.http2) options.explicit_http_config = { http2_protocol_options: {} };
  else options.explicit_http_config = { http_protocol_options: {} };
  if (plan.requestsPerConnection !== undefined) {
    options.common_http_protocol_options = { max_requests_per_connection: plan.requestsPerConnection };
  }
  return {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      options,
    ),
  };
}

export function clusters(plan, files) {
  const breaker = { max_connections: 20_000, max_pending_requests: 20_000, max_requests: 20_000 };
  return ['stable', 'canary'].map((name) => ({
    name,
    type: 'STATIC',
    connect_timeout: '10s',
    lb_policy: 'LEAST_REQUEST',
    circuit_breakers: { thresholds: [breaker] },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(plan.upstreamPort) } }] }],
    },
    ...(plan.tcp ? {} : { typed_extension_protocol_options: httpOptions(plan) }),
    ...(plan.secureUpstream ? { transport_socket: upstreamTls(files?.client, plan.http2) } : {}),
  }));
}

// Envoy with a configuration equal to Weft's: route table, JSON access log with the same keys, statistics; mutual TLS 1.3 for two hops.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore, which } from '../processes.mjs';
import { hopPlans, proxyCore, routesOfTable } from '../scenario.mjs';

const accessLogFormat = {
  start_time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  authority: '%REQ(:AUTHORITY)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  route_name: '%ROUTE_NAME%',
};

const typed = (type, value) => ({ '@type': `type.googleapis.com/${type}`, ...value });
const address = (port) => ({ socket_address: { address: '127.0.0.1', port_value: port } });

function certificates(files) {
  return {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' },
    alpn_protocols: ['istio-http/1.1', 'http/1.1'],
    tls_certificates: [{ certificate_chain: { filename: files.cert }, private_key: { filename: files.key } }],
    validation_context: {
      trusted_ca: { filename: files.roots },
      match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { prefix: 'spiffe://cluster.local/' } }],
    },
  };
}

function bootstrap({ listenPort, upstreamPort, logFile, downstreamTls, upstreamTls }) {
  const routes = routesOfTable().map(({ header, cluster }) => ({
    match: {
      prefix: '/',
      headers: header === undefined ? [] : [{ name: header.name, string_match: { exact: header.value } }],
    },
    route: { cluster, timeout: '0s' },
  }));
  const hcm = typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'bench',
    generate_request_id: true,
    access_log: [
      {
        name: 'file',
        typed_config: typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', {
          path: logFile,
          log_format: { json_format: accessLogFormat },
        }),
      },
    ],
    route_config: { name: 'r', virtual_hosts: [{ name: 'v', domains: ['*'], routes }] },
    http_filters: [{ name: 'router', typed_config: typed('envoy.extensions.filters.http.router.v3.Router', {}) }],
  });
  const chain = { filters: [{ name: 'hcm', typed_config: hcm }] };
  if (downstreamTls !== undefined) {
    chain.transport_socket = {
      name: 'tls',
      typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
        require_client_certificate: true,
        common_tls_context: certificates(downstreamTls),
      }),
    };
  }
  const cluster = (name) => ({
    name,
    type: 'STATIC',
    connect_timeout: '10s',
    lb_policy: 'LEAST_REQUEST',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }],
    },
    ...(upstreamTls === undefined
      ? {}
      : {
          transport_socket: {
            name: 'tls',
            typed_config: typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
              sni: 'outbound_.8080_._.backend.bench.svc.cluster.local',
              common_tls_context: certificates(upstreamTls),
            }),
          },
        }),
  });
  return {
    static_resources: {
      listeners: [{ name: 'in', address: address(listenPort), filter_chains: [chain] }],
      clusters: [...new Set(routesOfTable().map((route) => route.cluster))].map(cluster),
    },
  };
}

/** Starts one Envoy a hop. @returns processes of the proxies, or nothing where Envoy is not installed. */
export async function startEnvoy({ folder, hops, backendPort, ports, files }) {
  const envoy = which('envoy');
  if (envoy === undefined) return undefined;
  const children = [];
  for (const [index, plan] of hopPlans({ hops, backendPort, ports, files }).entries()) {
    const file = join(folder, `envoy-${hops}-${index}.json`);
    writeFileSync(
      file,
      JSON.stringify(bootstrap({ ...plan, logFile: join(folder, `envoy-${hops}-${index}.access.log`) })),
    );
    const args = [
      '-c',
      file,
      '--concurrency',
      '1',
      '--base-id',
      String(7000 + hops * 10 + index),
      '--log-level',
      'warning',
    ];
    children.push(startOnCore(proxyCore, envoy, args, join(folder, 'envoy.log')));
    await portOpen(plan.listenPort);
  }
  return { children, port: ports[0] };
}

// One hop as nginx's configuration: a JSON access log, connections kept to the upstream or one a request, mutual TLS 1.3 where hops are secured.
import { join } from 'node:path';

const logFormat = `log_format json escape=json '{"start_time":"$time_iso8601","method":"$request_method","path":"$request_uri","response_code":$status,'
  '"bytes_received":$request_length,"bytes_sent":$body_bytes_sent,"duration":"$request_time","authority":"$host","user_agent":"$http_user_agent",'
  '"upstream_host":"$upstream_addr","downstream_remote_address":"$remote_addr:$remote_port","request_id":"$request_id"}';`;

function serverOf({ listenPort, http2, downstreamTls }) {
  const protocols = `${downstreamTls === undefined ? '' : ' ssl'}${http2 ? ' http2' : ''}`;
  const listen = `listen 127.0.0.1:${listenPort}${protocols};`;
  if (downstreamTls === undefined) return listen;
  return `${listen} ssl_protocols TLSv1.3; ssl_certificate ${downstreamTls.cert}; ssl_certificate_key ${downstreamTls.key};
    ssl_client_certificate ${downstreamTls.roots}; ssl_verify_client on; ssl_verify_depth 3; ssl_session_tickets on;`;
}

/** @returns directives of `proxy` for HTTP/1.1, of `grpc` for HTTP/2: nginx speaks HTTP/2 to upstreams for gRPC only. */
function passOf({ http2, requestsPerConnection, upstreamTls }) {
  const module = http2 ? 'grpc' : 'proxy';
  const scheme = { grpc: ['grpc', 'grpcs'], proxy: ['http', 'https'] }[module][upstreamTls === undefined ? 0 : 1];
  const pass = `${module}_pass ${scheme}://up; ${module}_set_header Host $http_host;`;
  const version = http2 ? 'grpc_buffer_size 256k;' : 'proxy_http_version 1.1;';
  // nginx asks an upstream to close unless it is told otherwise, and gRPC's module never does.
  const kept = http2 || requestsPerConnection === 1 ? '' : 'proxy_set_header Connection "";';
  if (upstreamTls === undefined) return `${pass} ${version} ${kept}`;
  return `${pass} ${version} ${kept} ${module}_ssl_protocols TLSv1.3; ${module}_ssl_certificate ${upstreamTls.cert};
    ${module}_ssl_certificate_key ${upstreamTls.key}; ${module}_ssl_trusted_certificate ${upstreamTls.roots}; ${module}_ssl_session_reuse on;`;
}

/** @param hop of `hopPlans`, with `name`, `folder` for its files, and `downstreamTls` and `upstreamTls` {cert, key, roots} where hops are secured. */
export function nginxConfiguration(hop) {
  const { folder, name, upstreamPort, requestsPerConnection } = hop;
  const keepAlive = requestsPerConnection === 1 ? '' : 'keepalive 128; keepalive_requests 100000000;';
  return `daemon off; worker_processes 1; pid ${join(folder, `${name}.pid`)}; error_log ${join(folder, `${name}.error.log`)};
events { worker_connections 4096; }
http { ${logFormat} access_log ${join(folder, `${name}.access.log`)} json buffer=64k flush=1s; keepalive_requests 100000000;
  upstream up { server 127.0.0.1:${upstreamPort}; ${keepAlive} }
  server { ${serverOf(hop)}
    location / { ${passOf(hop)} } } }
`;
}

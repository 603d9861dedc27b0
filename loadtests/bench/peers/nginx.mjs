// nginx as a reverse proxy with keep-alive to the upstream and a JSON access log; mutual TLS 1.3 for two hops.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore, which } from '../processes.mjs';
import { hopPlans, proxyCore } from '../scenario.mjs';

const logFormat = `log_format json escape=json '{"start_time":"$time_iso8601","method":"$request_method","path":"$request_uri","response_code":$status,'
  '"bytes_received":$request_length,"bytes_sent":$body_bytes_sent,"duration":"$request_time","authority":"$host","user_agent":"$http_user_agent",'
  '"upstream_host":"$upstream_addr","downstream_remote_address":"$remote_addr:$remote_port","request_id":"$request_id"}';`;

function configuration({ folder, name, listenPort, upstreamPort, downstreamTls, upstreamTls }) {
  const server =
    downstreamTls === undefined
      ? `listen 127.0.0.1:${listenPort};`
      : `listen 127.0.0.1:${listenPort} ssl; ssl_protocols TLSv1.3; ssl_certificate ${downstreamTls.cert}; ssl_certificate_key ${downstreamTls.key};
         ssl_client_certificate ${downstreamTls.roots}; ssl_verify_client on; ssl_verify_depth 3;`;
  const upstream =
    upstreamTls === undefined
      ? 'proxy_pass http://up;'
      : `proxy_pass https://up; proxy_ssl_protocols TLSv1.3; proxy_ssl_certificate ${upstreamTls.cert}; proxy_ssl_certificate_key ${upstreamTls.key};
         proxy_ssl_trusted_certificate ${upstreamTls.roots}; proxy_ssl_session_reuse on;`;
  return `daemon off; worker_processes 1; pid ${join(folder, `${name}.pid`)}; error_log ${join(folder, `${name}.error.log`)};
events { worker_connections 4096; }
http { ${logFormat} access_log ${join(folder, `${name}.access.log`)} json buffer=64k flush=1s; keepalive_requests 100000000;
  upstream up { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 100000000; }
  server { ${server} location / { ${upstream} proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; } } }
`;
}

/** Starts one nginx a hop. @returns processes of the proxies, or nothing where nginx is not installed. */
export async function startNginx({ folder, scenario, backendPort, ports, files, started = () => {} }) {
  const nginx = which('nginx');
  if (nginx === undefined) return undefined;
  const children = [];
  for (const [index, plan] of hopPlans(scenario, backendPort, ports).entries()) {
    const name = `nginx-${scenario.name}-${index}`;
    const file = join(folder, `${name}.conf`);
    writeFileSync(
      file,
      configuration({
        folder,
        name,
        ...plan,
        ...(plan.secureDownstream ? { downstreamTls: files.server } : {}),
        ...(plan.secureUpstream ? { upstreamTls: files.client } : {}),
      }),
    );
    children.push(startOnCore(proxyCore, nginx, ['-c', file, '-p', folder], join(folder, 'nginx.log')));
    started(children.at(-1));
    await portOpen(plan.listenPort);
  }
  return { children, port: ports[0] };
}

/** One line of the access log: Istio's JSON keys, and `reason`. */

import type { Cluster, Endpoint, Exchange, Route } from '@weft/data-runtime';
import { isoTime, jsonText } from '@weft/data-runtime';
import { describeProvenance } from '@weft/kernel';

/** Text that stays the same from request to request of a connection. */
interface Kept {
  readonly connection: string;
  route: Route | undefined;
  routeText: string;
  routeReason: string;
  cluster: Cluster | undefined;
  endpoint: Endpoint | undefined;
  localAddress: string;
  upstream: string;
  authority: string;
  authorityText: string;
  userAgent: string | undefined;
  userAgentText: string;
  details: string;
  detailsText: string;
}

export function accessLogLine(exchange: Exchange): string {
  const kept = keptOf(exchange);
  const { request } = exchange;
  const known = request.method !== '';
  const query = request.hasQuery ? `?${request.query}` : '';
  const reason = exchange.reason === '' ? kept.routeReason : jsonText(exchange.reason);
  return `{"start_time":"${isoTime(exchange.startedAtMs)}","method":${known ? `"${request.method}"` : 'null'},"path":${known ? jsonText(request.path + query) : 'null'},"protocol":"HTTP/1.1","response_code":${exchange.status},"response_flags":"${exchange.flag}","response_code_details":${kept.detailsText},"connection_termination_details":null,"upstream_transport_failure_reason":${exchange.transportFailure === '' ? 'null' : jsonText(exchange.transportFailure)},"bytes_received":${exchange.bytesReceived},"bytes_sent":${exchange.bytesSent},"duration":${Math.round(exchange.durationMs)},"upstream_service_time":${exchange.upstreamServiceMs < 0 ? 'null' : `"${exchange.upstreamServiceMs}"`},${clientFields(exchange, kept)},"authority":${known ? kept.authorityText : 'null'},${kept.upstream},${kept.connection},${kept.routeText},"reason":${reason}}\n`;
}

function clientFields(exchange: Exchange, kept: Kept): string {
  const fields = exchange.request.fields;
  let forwardedFor: string | undefined;
  let userAgent: string | undefined;
  let requestId: string | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length === 12) {
      if (name === 'x-request-id') requestId = fields[i + 1];
    } else if (name.length === 10) {
      if (name === 'user-agent') userAgent = fields[i + 1];
    } else if (name.length === 15 && name === 'x-forwarded-for') forwardedFor = fields[i + 1];
  }
  if (kept.userAgent !== userAgent) {
    kept.userAgent = userAgent;
    kept.userAgentText = jsonText(userAgent);
  }
  return `"x_forwarded_for":${jsonText(forwardedFor)},"user_agent":${kept.userAgentText},"request_id":${jsonText(requestId)}`;
}

function keptOf(exchange: Exchange): Kept {
  let kept = exchange.kept.accessLog as Kept | undefined;
  if (kept === undefined) {
    const { localAddress, remoteAddress, sni } = exchange.connection;
    kept = {
      connection: `"downstream_local_address":${jsonText(localAddress)},"downstream_remote_address":${jsonText(remoteAddress)},"requested_server_name":${jsonText(sni)}`,
      route: undefined,
      routeText: '"route_name":null',
      routeReason: 'null',
      cluster: undefined,
      endpoint: undefined,
      localAddress: '',
      upstream: upstreamText(undefined, undefined, ''),
      authority: '',
      authorityText: '""',
      userAgent: undefined,
      userAgentText: 'null',
      details: '',
      detailsText: 'null',
    };
    exchange.kept.accessLog = kept;
  }
  const { route, cluster, endpoint, upstreamLocalAddress, authority, details } = exchange;
  if (kept.authority !== authority) {
    kept.authority = authority;
    kept.authorityText = jsonText(authority);
  }
  if (kept.details !== details) {
    kept.details = details;
    kept.detailsText = details === '' ? 'null' : jsonText(details);
  }
  if (kept.route !== route) {
    kept.route = route;
    kept.routeText = `"route_name":${jsonText(route?.name)}`;
    kept.routeReason = route === undefined ? 'null' : jsonText(describeProvenance(route.from));
  }
  if (kept.endpoint !== endpoint || kept.cluster !== cluster || kept.localAddress !== upstreamLocalAddress) {
    kept.cluster = cluster;
    kept.endpoint = endpoint;
    kept.localAddress = upstreamLocalAddress;
    kept.upstream = upstreamText(cluster, endpoint, upstreamLocalAddress);
  }
  return kept;
}

function upstreamText(cluster: Cluster | undefined, endpoint: Endpoint | undefined, local: string): string {
  return `"upstream_host":${jsonText(endpoint?.hostPort)},"upstream_cluster":${jsonText(cluster?.name)},"upstream_local_address":${local === '' ? 'null' : jsonText(local)}`;
}

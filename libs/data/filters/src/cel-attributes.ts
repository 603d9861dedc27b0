/** The attributes of Envoy that a CEL expression may read, of one exchange that is over. */

import { type Exchange, grpcStatusOf } from '@weft/data-runtime';
import { joinedValue } from '@weft/http';
import { noValue } from './cel-no-value.ts';
import { fieldOf } from './fields.ts';

export type ReadAttribute = (exchange: Exchange) => unknown;
export type ReadKey = (exchange: Exchange, key: string) => string | undefined;

const present = (value: string | undefined): unknown => (value === undefined || value === '' ? noValue : value);
const portOf = (address: string): unknown =>
  address === '' ? noValue : Number(address.slice(address.lastIndexOf(':') + 1));

export const attributes: ReadonlyMap<string, ReadAttribute> = new Map<string, ReadAttribute>([
  ['request.path', ({ path, query, hasQuery }) => (hasQuery ? `${path}?${query}` : path)],
  ['request.url_path', ({ path }) => path],
  ['request.query', ({ query }) => query],
  ['request.host', ({ authority }) => authority],
  ['request.scheme', ({ scheme }) => scheme],
  ['request.method', ({ method }) => method],
  ['request.protocol', ({ request }) => request.protocol],
  ['request.id', ({ request }) => present(fieldOf(request.fields, 'x-request-id'))],
  ['request.useragent', ({ request }) => present(fieldOf(request.fields, 'user-agent'))],
  ['request.referer', ({ request }) => present(fieldOf(request.fields, 'referer'))],
  ['request.size', ({ bytesReceived }) => bytesReceived],
  ['request.total_size', ({ bytesReceived, requestHeadBytes }) => bytesReceived + requestHeadBytes],
  ['response.code', ({ status }) => status],
  ['response.code_details', ({ details }) => present(details)],
  ['response.grpc_status', (exchange) => grpcStatusOf(exchange) ?? noValue],
  ['response.size', ({ bytesSent }) => bytesSent],
  ['response.total_size', ({ bytesSent, responseHeadBytes }) => bytesSent + responseHeadBytes],
  ['connection.mtls', ({ connection }) => connection.peerUri !== undefined],
  ['connection.requested_server_name', ({ connection }) => connection.sni ?? ''],
  ['connection.tls_version', ({ connection }) => connection.tlsVersion],
  ['connection.uri_san_peer_certificate', ({ connection }) => connection.peerUri ?? ''],
  ['connection.subject_peer_certificate', ({ connection }) => connection.peerCertificate()?.subject ?? ''],
  ['connection.dns_san_peer_certificate', ({ connection }) => connection.peerCertificate()?.dnsNames[0] ?? ''],
  ['connection.sha256_peer_certificate_digest', ({ connection }) => connection.peerCertificateHash ?? ''],
  ['source.address', ({ downstreamAddress }) => downstreamAddress],
  ['source.port', ({ downstreamAddress }) => portOf(downstreamAddress)],
  ['destination.address', ({ connection }) => connection.localAddress],
  ['destination.port', ({ connection }) => portOf(connection.localAddress)],
  ['upstream.address', ({ endpoint }) => endpoint?.hostPort ?? noValue],
  ['upstream.port', ({ endpoint }) => endpoint?.port ?? noValue],
  ['upstream.local_address', ({ upstreamLocalAddress }) => present(upstreamLocalAddress)],
  ['upstream.transport_failure_reason', ({ transportFailure }) => transportFailure],
  ['upstream.uri_san_peer_certificate', ({ upstreamPeerUri }) => upstreamPeerUri ?? ''],
  ['upstream.request_attempt_count', ({ attempts }) => attempts],
  ['xds.cluster_name', ({ cluster }) => cluster?.name ?? noValue],
  ['xds.route_name', ({ route }) => route?.name ?? noValue],
  ['xds.virtual_host_name', ({ route }) => route?.virtualHost.name ?? noValue],
]);

/** Attributes that are maps. Names are compared in lower case. */
export const maps: ReadonlyMap<string, ReadKey> = new Map<string, ReadKey>([
  ['request.headers', (exchange, key) => pseudo(exchange, key) ?? joinedValue(exchange.request.fields, key)],
  ['response.headers', (exchange, key) => joinedValue(exchange.responseFields, key)],
  ['response.trailers', (exchange, key) => joinedValue(exchange.responseTrailers, key)],
]);

function pseudo(exchange: Exchange, key: string): string | undefined {
  if (key === ':method') return exchange.method;
  if (key === ':authority' || key === 'host') return exchange.authority;
  if (key === ':scheme') return exchange.scheme;
  if (key === ':path') return exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
  return undefined;
}

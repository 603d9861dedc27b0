/** A span as it is reported, and the tags that Envoy and Istio give it. */

import { type Exchange, grpcStatusOf, type TracingTable, type WorkloadLabels } from '@weft/data-runtime';
import { fieldOf } from '../fields.ts';
import type { TraceState } from '../trace-state.ts';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly state: string;
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly shared: boolean;
  readonly startMs: number;
  readonly durationMs: number;
  readonly error: boolean;
  /** Flat: name, value. */
  readonly tags: readonly string[];
  /** Addresses of this proxy and of who is at the other end; may be empty. */
  readonly localAddress: string;
  readonly remoteAddress: string;
}

type SpanTable = Pick<TracingTable, 'maxPathTagLength' | 'customTags' | 'spawnUpstreamSpan'>;

/** The proxy's own span. Its kind is the listener's side, or 'server' where the call to the endpoint has a span of its own. */
export function requestSpan(exchange: Exchange, trace: TraceState, table: SpanTable, self: WorkloadLabels): Span {
  const inbound = exchange.connection.direction === 'inbound';
  return {
    ...identity(exchange, trace),
    name: operationOf(exchange),
    kind: inbound || table.spawnUpstreamSpan ? 'server' : 'client',
    tags: tagsOf(exchange, table, self),
  };
}

/** The call to the endpoint, where it is a span apart. */
export function upstreamSpan(exchange: Exchange, trace: TraceState): Span {
  const tags = ['component', 'proxy', ...upstreamTags(exchange)];
  return {
    ...identity(exchange, trace),
    spanId: trace.upstreamSpanId,
    parentId: trace.spanId,
    shared: false,
    name: `router ${exchange.cluster?.name ?? ''} egress`,
    kind: 'client',
    tags,
  };
}

function identity(exchange: Exchange, trace: TraceState) {
  const { traceId, spanId, parentId, state, shared } = trace;
  const inbound = exchange.connection.direction === 'inbound';
  return {
    traceId,
    spanId,
    parentId,
    state,
    shared,
    startMs: exchange.startedAtMs,
    durationMs: exchange.durationMs,
    error: isError(exchange),
    localAddress: exchange.connection.localAddress,
    remoteAddress: inbound ? exchange.downstreamAddress : (exchange.endpoint?.hostPort ?? ''),
  };
}

/** The route's decorator, else Envoy's "ingress" and "egress host". */
function operationOf(exchange: Exchange): string {
  const operation = exchange.route?.operation ?? '';
  if (operation !== '') return operation;
  return exchange.connection.direction === 'inbound' ? 'ingress' : `egress ${exchange.authority}`;
}

function isError(exchange: Exchange): boolean {
  const grpc = grpcStatusOf(exchange);
  if (grpc !== undefined) return grpc !== 0;
  return exchange.status >= 500 || exchange.status === 0;
}

function tagsOf(exchange: Exchange, table: SpanTable, self: WorkloadLabels): string[] {
  const { request, connection } = exchange;
  const { fields } = request;
  const url = `${exchange.scheme}://${exchange.authority}${request.path}${request.hasQuery ? `?${request.query}` : ''}`;
  const prefix = url.length - request.path.length - (request.hasQuery ? request.query.length + 1 : 0);
  const tags = ['component', 'proxy', 'http.url', url.slice(0, prefix + table.maxPathTagLength)];
  tags.push('http.method', request.method, 'http.protocol', request.protocol);
  tags.push('downstream_cluster', fieldOf(fields, 'x-envoy-downstream-service-cluster') ?? '-');
  tags.push('user_agent', fieldOf(fields, 'user-agent') ?? '-');
  tags.push('peer.address', hostOf(connection.directRemoteAddress));
  pushField(tags, 'guid:x-request-id', fields, 'x-request-id');
  pushField(tags, 'guid:x-client-trace-id', fields, 'x-client-trace-id');
  tags.push('request_size', String(exchange.bytesReceived), 'response_size', String(exchange.bytesSent));
  tags.push(...upstreamTags(exchange));
  if (exchange.grpc) grpcTags(exchange, tags);
  tags.push('istio.canonical_service', self.canonicalService, 'istio.canonical_revision', self.canonicalRevision);
  tags.push('istio.namespace', self.namespace, 'istio.cluster_id', self.cluster);
  if (connection.peerUri !== undefined) tags.push('source.principal', connection.peerUri);
  for (const { name, value } of table.customTags) {
    const text = value(exchange);
    if (text !== undefined) setTag(tags, name, text);
  }
  return tags;
}

function upstreamTags(exchange: Exchange): string[] {
  const tags = ['http.status_code', String(exchange.status), 'response_flags', exchange.flag];
  const { cluster, endpoint } = exchange;
  if (cluster !== undefined) tags.push('upstream_cluster', cluster.name, 'upstream_cluster.name', cluster.name);
  if (endpoint !== undefined) tags.push('upstream_address', endpoint.hostPort);
  if (isError(exchange)) tags.push('error', 'true');
  return tags;
}

function grpcTags(exchange: Exchange, tags: string[]): void {
  const { request, responseTrailers, responseFields } = exchange;
  tags.push('grpc.path', request.path, 'grpc.authority', exchange.authority);
  pushField(tags, 'grpc.content_type', request.fields, 'content-type');
  pushField(tags, 'grpc.timeout', request.fields, 'grpc-timeout');
  const status = grpcStatusOf(exchange);
  if (status !== undefined) tags.push('grpc.status_code', String(status));
  const message = fieldOf(responseTrailers, 'grpc-message') ?? fieldOf(responseFields, 'grpc-message');
  if (message !== undefined) tags.push('grpc.message', message);
}

function pushField(tags: string[], tag: string, fields: readonly string[], name: string): void {
  const value = fieldOf(fields, name);
  if (value !== undefined) tags.push(tag, value);
}

/** Custom tags win over those of the same name. */
function setTag(tags: string[], name: string, value: string): void {
  for (let i = 0; i < tags.length; i += 2) {
    if (tags[i] !== name) continue;
    tags[i + 1] = value;
    return;
  }
  tags.push(name, value);
}

function hostOf(address: string): string {
  const end = address.lastIndexOf(':');
  return end < 0 ? address : address.slice(0, end).replace(/^\[|\]$/g, '');
}

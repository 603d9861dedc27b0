/** Istio's metrics of HTTP and gRPC; their places are resolved once per combination of labels and connection. */

import {
  type Cluster,
  type Endpoint,
  type Exchange,
  grpcStatusOf,
  type HttpFilter,
  type HttpHandlerTable,
  type WorkloadLabels,
} from '@weft/data-runtime';
import { type Counter, envoyHistogramBuckets, type Family, type Histogram, type MetricRegistry } from '@weft/telemetry';
import { countGrpcMessages, grpcMessagesOf, releaseGrpcMessages } from '../grpc-messages.ts';
import type { ProxyLabels } from '../proxy-labels.ts';
import { httpLabelNames, tcpLabelValues } from './labels.ts';
import { compileMetricChanges, type MetricChanges } from './metric-changes.ts';
import { pairOf } from './pair.ts';

/** Combinations a connection remembers before it starts anew. */
export const keptCombinationsMax = 32;

interface Combination {
  readonly cluster: Cluster | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly peerUri: string | undefined;
  readonly peerWorkload: WorkloadLabels | undefined;
  readonly status: number;
  readonly flag: string;
  /** Nothing: no gRPC. */
  readonly grpcStatus: number | undefined;
  readonly grpc: boolean;
  /** What the mesh's own labels say. */
  readonly labels: string;
  readonly requests: Counter | undefined;
  readonly durationMs: Histogram | undefined;
  readonly requestBytes: Histogram | undefined;
  readonly responseBytes: Histogram | undefined;
  readonly requestMessages: Counter | undefined;
  readonly responseMessages: Counter | undefined;
}

/** @param table what its listener asks for. */
export function createIstioHttpMetrics(
  deps: { readonly registry: MetricRegistry; readonly proxy: ProxyLabels },
  table: Pick<HttpHandlerTable, 'metrics'> = {},
): HttpFilter {
  const changes = compileMetricChanges(table.metrics);
  const resolve = createResolver(deps.registry, deps.proxy, changes);
  return {
    name: 'istio-metrics',
    onRequest(exchange) {
      if (exchange.grpc) countGrpcMessages(exchange);
      return true;
    },
    onComplete(exchange) {
      const grpcStatus = exchange.grpc ? grpcStatusOf(exchange) : undefined;
      const labels = changes?.values(exchange) ?? none;
      const found = combinationOf(exchange, grpcStatus, labels, resolve);
      found.requests?.add(1);
      found.durationMs?.observe(exchange.durationMs);
      found.requestBytes?.observe(exchange.bytesReceived + exchange.requestHeadBytes);
      found.responseBytes?.observe(exchange.bytesSent + exchange.responseHeadBytes);
      if (!exchange.grpc) return;
      const messages = grpcMessagesOf(exchange);
      if (messages === undefined) return;
      found.requestMessages?.add(messages.requests.count);
      found.responseMessages?.add(messages.responses.count);
      releaseGrpcMessages(exchange);
    },
  };
}

type Resolve = (exchange: Exchange, grpcStatus: number | undefined, labels: readonly string[]) => Combination;

const none: readonly string[] = [];

function createResolver(registry: MetricRegistry, proxy: ProxyLabels, changes: MetricChanges | undefined): Resolve {
  const buckets = envoyHistogramBuckets;
  const requests = registry.counter('istio_requests_total', 'Requests.', httpLabelNames);
  const duration = registry.histogram('istio_request_duration_milliseconds', 'Duration.', httpLabelNames, buckets);
  const requestBytes = registry.histogram('istio_request_bytes', 'Bytes of requests.', httpLabelNames, buckets);
  const responseBytes = registry.histogram('istio_response_bytes', 'Bytes of answers.', httpLabelNames, buckets);
  const sent = registry.counter('istio_request_messages_total', 'gRPC messages of requests.', httpLabelNames);
  const received = registry.counter('istio_response_messages_total', 'gRPC messages of answers.', httpLabelNames);
  return (exchange, grpcStatus, labels) => {
    const { cluster, endpoint, upstreamPeerUri, status, flag, connection, grpc, peerWorkload } = exchange;
    const source = {
      direction: connection.direction,
      downstreamPeerUri: connection.peerUri,
      downstreamWorkload: peerWorkload,
      upstreamPeerUri,
      cluster,
      endpoint,
    };
    const pair = pairOf(proxy, source, grpc ? 'grpc' : 'http', flag);
    const values = [...tcpLabelValues(pair), String(status), grpcStatus === undefined ? '' : String(grpcStatus)];
    const placeOf = <Slot>(family: Family<Slot>, name: string): Slot | undefined =>
      changes === undefined ? family.slot(values) : changes.place(family, name, httpLabelNames, values, labels);
    return {
      labels: labels.join('\0'),
      cluster,
      endpoint,
      peerUri: upstreamPeerUri,
      peerWorkload,
      status,
      flag,
      grpc,
      grpcStatus,
      requests: placeOf(requests, 'requests_total'),
      durationMs: placeOf(duration, 'request_duration_milliseconds'),
      requestBytes: placeOf(requestBytes, 'request_bytes'),
      responseBytes: placeOf(responseBytes, 'response_bytes'),
      requestMessages: grpc ? placeOf(sent, 'request_messages_total') : undefined,
      responseMessages: grpc ? placeOf(received, 'response_messages_total') : undefined,
    };
  };
}

function combinationOf(
  exchange: Exchange,
  grpcStatus: number | undefined,
  labels: readonly string[],
  resolve: Resolve,
): Combination {
  let kept = exchange.kept.istioMetrics as Combination[] | undefined;
  if (kept === undefined) {
    kept = [];
    exchange.kept.istioMetrics = kept;
  }
  const { endpoint, status, cluster, grpc, upstreamPeerUri, peerWorkload, flag } = exchange;
  const own = labels.length === 0 ? '' : labels.join('\0');
  for (const known of kept) {
    if (
      known.endpoint === endpoint &&
      known.status === status &&
      known.cluster === cluster &&
      known.grpc === grpc &&
      known.grpcStatus === grpcStatus &&
      known.peerUri === upstreamPeerUri &&
      known.peerWorkload === peerWorkload &&
      known.flag === flag &&
      known.labels === own
    )
      return known;
  }
  const made = resolve(exchange, grpcStatus, labels);
  if (kept.length >= keptCombinationsMax) kept.length = 0;
  kept.push(made);
  return made;
}

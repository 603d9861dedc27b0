/** Istio's four HTTP metrics; their places are resolved once per combination of labels. */

import type { Cluster, Endpoint, Exchange, HttpFilter, WorkloadLabels } from '@weft/data-runtime';
import { type Counter, envoyHistogramBuckets, type Histogram, type MetricRegistry } from '@weft/telemetry';
import type { ProxyLabels } from '../proxy-labels.ts';
import { httpLabelNames, tcpLabelValues } from './labels.ts';
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
  readonly grpc: boolean;
  readonly slots: {
    readonly requests: Counter;
    readonly durationMs: Histogram;
    readonly requestBytes: Histogram;
    readonly responseBytes: Histogram;
  };
}

export function createIstioHttpMetrics(deps: {
  readonly registry: MetricRegistry;
  readonly proxy: ProxyLabels;
}): HttpFilter {
  const { registry, proxy } = deps;
  const buckets = envoyHistogramBuckets;
  const requests = registry.counter('istio_requests_total', 'Requests.', httpLabelNames);
  const duration = registry.histogram('istio_request_duration_milliseconds', 'Duration.', httpLabelNames, buckets);
  const requestBytes = registry.histogram('istio_request_bytes', 'Bytes of requests.', httpLabelNames, buckets);
  const responseBytes = registry.histogram('istio_response_bytes', 'Bytes of answers.', httpLabelNames, buckets);

  const resolve = (exchange: Exchange, grpc: boolean): Combination => {
    const { cluster, endpoint, upstreamPeerUri, status, flag, connection } = exchange;
    const source = {
      direction: connection.direction,
      downstreamPeerUri: connection.peerUri,
      downstreamWorkload: exchange.peerWorkload,
      upstreamPeerUri,
      cluster,
      endpoint,
    };
    const grpcStatus = grpc ? (fieldOf(exchange.responseFields, 'grpc-status') ?? '') : '';
    const pair = pairOf(proxy, source, grpc ? 'grpc' : 'http', flag);
    const values = [...tcpLabelValues(pair), String(status), grpcStatus];
    return {
      cluster,
      endpoint,
      peerUri: upstreamPeerUri,
      peerWorkload: exchange.peerWorkload,
      status,
      flag,
      grpc,
      slots: {
        requests: requests.slot(values),
        durationMs: duration.slot(values),
        requestBytes: requestBytes.slot(values),
        responseBytes: responseBytes.slot(values),
      },
    };
  };

  return {
    name: 'istio-metrics',
    onComplete(exchange) {
      const kept = keptOf(exchange);
      const grpc = fieldOf(exchange.request.fields, 'content-type')?.startsWith('application/grpc') === true;
      let found: Combination | undefined;
      for (const combination of kept) {
        if (
          combination.cluster === exchange.cluster &&
          combination.endpoint === exchange.endpoint &&
          combination.status === exchange.status &&
          combination.peerUri === exchange.upstreamPeerUri &&
          combination.peerWorkload === exchange.peerWorkload &&
          combination.flag === exchange.flag &&
          !combination.grpc &&
          !grpc
        ) {
          found = combination;
          break;
        }
      }
      if (found === undefined) {
        found = resolve(exchange, grpc);
        if (kept.length >= keptCombinationsMax) kept.length = 0;
        kept.push(found);
      }
      const { slots } = found;
      slots.requests.add(1);
      slots.durationMs.observe(exchange.durationMs);
      slots.requestBytes.observe(exchange.bytesReceived + exchange.requestHeadBytes);
      slots.responseBytes.observe(exchange.bytesSent + exchange.responseHeadBytes);
    },
  };
}

function keptOf(exchange: Exchange): Combination[] {
  const known = exchange.kept.istioMetrics as Combination[] | undefined;
  if (known !== undefined) return known;
  const fresh: Combination[] = [];
  exchange.kept.istioMetrics = fresh;
  return fresh;
}

function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
  return undefined;
}

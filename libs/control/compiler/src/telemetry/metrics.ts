/** How a proxy's metrics differ from Istio's standard ones: Istio's stats.PluginConfig, as metadata of filter chains (Istio, telemetry.go). */

import type { JsonObject } from '@bufbuild/protobuf';
import { findProvider, istioMetrics, type MetricChange, mergeMetrics } from '@weft/model';
import type { Context } from '../context.ts';
import { type Side, telemetriesOf, trafficSide } from './side.ts';

/** Names without "istio_". */
const names: Readonly<Record<string, string>> = {
  GRPC_REQUEST_MESSAGES: 'request_messages_total',
  GRPC_RESPONSE_MESSAGES: 'response_messages_total',
  REQUEST_COUNT: 'requests_total',
  REQUEST_DURATION: 'request_duration_milliseconds',
  REQUEST_SIZE: 'request_bytes',
  RESPONSE_SIZE: 'response_bytes',
  TCP_CLOSED_CONNECTIONS: 'tcp_connections_closed_total',
  TCP_OPENED_CONNECTIONS: 'tcp_connections_opened_total',
  TCP_RECEIVED_BYTES: 'tcp_received_bytes_total',
  TCP_SENT_BYTES: 'tcp_sent_bytes_total',
};

/** `{}` where they are the standard ones, else `{ metrics: [{ name, drop, tags_to_remove, dimensions }] }`. */
export function metricsMetadata(context: Context, side: Side): JsonObject {
  const telemetries = telemetriesOf(context).filter(({ spec }) => (spec.metrics ?? []).length > 0);
  if (telemetries.length === 0) return {};
  const { mesh } = context.world.input;
  const given = mergeMetrics(telemetries, mesh, trafficSide(side)).find(
    ({ provider }) => findProvider(mesh, provider)?.prometheus !== undefined,
  );
  // Nobody who takes metrics is in force: none are counted.
  if (given === undefined)
    return { metrics: istioMetrics.map((metric) => ({ name: names[metric] ?? '', drop: true })) };
  const metrics = given.changes.filter(isChange).map(asConfig);
  return metrics.length === 0 ? {} : { metrics };
}

/** A custom metric is none that the proxy has. */
export function isKnownMetric(metric: string): boolean {
  return names[metric] !== undefined || Object.values(names).includes(metric);
}

function isChange({ metric, disabled, tags }: MetricChange): boolean {
  return isKnownMetric(metric) && (disabled || tags.length > 0);
}

function asConfig({ metric, disabled, tags }: MetricChange): JsonObject {
  const removed = tags.filter(({ value }) => value === undefined).map(({ name }) => name);
  const set = tags.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return {
    name: names[metric] ?? metric,
    ...(disabled ? { drop: true } : {}),
    ...(removed.length === 0 ? {} : { tags_to_remove: removed }),
    ...(set.length === 0 ? {} : { dimensions: Object.fromEntries(set) }),
  };
}

/** Gathers spans and sends them to a collector through its cluster, by HTTP or gRPC. What does not fit is dropped and counted: no request waits for it. */

import type { CalloutAnswer, Callouts, TracingTable } from '@weft/data-runtime';
import { joinedValue } from '@weft/http';
import type { Cancel, Clock } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import { otlpFormat } from './otlp.ts';
import type { Span } from './span.ts';
import { zipkinFormat } from './zipkin.ts';

export const exporterLimits = {
  /** Spans that are sent at once. */
  batchSpans: 256,
  /** Octets of a batch: it is sent when it has as many. */
  batchBytes: 1_048_576,
  flushIntervalMs: 1_000,
  /** Batches on their way; a further one waits, and past `batchSpans` waiting spans are dropped. */
  inFlightMax: 2,
  timeoutMs: 10_000,
  /** Collectors of one proxy; spans for others are dropped. */
  exportersMax: 16,
} as const;

export interface SpanExporter {
  add(span: Span): void;
}

export interface SpanExporters {
  of(provider: NonNullable<TracingTable['provider']>): SpanExporter;
  /** Sends what has gathered, and ends the timer. */
  stop(): void;
}

export interface ExporterDeps {
  readonly clock: Clock;
  readonly callouts: Callouts;
  readonly registry: MetricRegistry;
}

interface Gathering extends SpanExporter {
  flush(): void;
}

export function createSpanExporters(deps: ExporterDeps): SpanExporters {
  const { registry, clock } = deps;
  const spans = registry.counter('weft_spans_total', 'Spans, by what became of them.', ['outcome']);
  const count = { sent: spans.slot(['sent']), dropped: spans.slot(['dropped']), failed: spans.slot(['failed']) };
  const known = new Map<string, Gathering>();
  const nowhere: Gathering = { add: () => count.dropped.add(1), flush() {} };
  let stopTimer: Cancel | undefined;
  return {
    of(provider) {
      const { kind, target, authority, serviceName, cluster, fields } = provider;
      const key = [kind, target, authority, serviceName, clusterKey(cluster), ...fields].join('\n');
      const found = known.get(key);
      if (found !== undefined) return found;
      if (known.size >= exporterLimits.exportersMax) return nowhere;
      const made = createExporter(deps, provider, count);
      known.set(key, made);
      stopTimer ??= clock.every(exporterLimits.flushIntervalMs, () => {
        for (const exporter of known.values()) exporter.flush();
      });
      return made;
    },
    stop() {
      stopTimer?.();
      for (const exporter of known.values()) exporter.flush();
    },
  };
}

const clusterKeys = new WeakMap<object, string>();
let lastClusterKey = 0;

/** A cluster's place is the same object for all who name it. */
function clusterKey(place: object): string {
  let key = clusterKeys.get(place);
  if (key === undefined) {
    lastClusterKey += 1;
    key = String(lastClusterKey);
    clusterKeys.set(place, key);
  }
  return key;
}

function createExporter(
  { callouts }: ExporterDeps,
  provider: NonNullable<TracingTable['provider']>,
  count: Record<'sent' | 'dropped' | 'failed', { add(n: number): void }>,
): Gathering {
  const { batchSpans, batchBytes, inFlightMax } = exporterLimits;
  const { cluster, target, authority, serviceName, grpc } = provider;
  const format = provider.kind === 'otlp' ? otlpFormat : zipkinFormat;
  const timeoutMs = provider.timeoutMs > 0 ? provider.timeoutMs : exporterLimits.timeoutMs;
  const fields = grpc ? provider.fields : ['content-type', format.contentType, ...provider.fields];
  let waiting: Buffer[] = [];
  let bytes = 0;
  let inFlight = 0;
  const flush = (): void => {
    if (waiting.length === 0 || inFlight >= inFlightMax) return;
    const number = waiting.length;
    const body = format.batch(waiting, serviceName);
    waiting = [];
    bytes = 0;
    inFlight += 1;
    callouts.send({ cluster, method: 'POST', authority, target, fields, body, timeoutMs, grpc }, (answer) => {
      inFlight -= 1;
      const taken = 'status' in answer && (grpc ? grpcStatusOf(answer) === '0' : Math.floor(answer.status / 100) === 2);
      (taken ? count.sent : count.failed).add(number);
    });
  };
  return {
    flush,
    add(span) {
      if (waiting.length >= batchSpans || bytes >= batchBytes) {
        count.dropped.add(1);
        return;
      }
      const encoded = format.encode(span, serviceName);
      waiting.push(encoded);
      bytes += encoded.length;
      if (waiting.length >= batchSpans || bytes >= batchBytes) flush();
    },
  };
}

function grpcStatusOf({ trailers, fields }: CalloutAnswer): string | undefined {
  return joinedValue(trailers, 'grpc-status') ?? joinedValue(fields, 'grpc-status');
}

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
  /** Collectors of one proxy at a time; spans for others are dropped. */
  exportersMax: 16,
  /** One that got no span for so long makes room: a provider whose header has changed is another one. */
  idleMs: 10_000,
} as const;

type Provider = NonNullable<TracingTable['provider']>;

export interface SpanExporter {
  add(span: Span): void;
}

export interface SpanExporters {
  of(provider: Provider): SpanExporter;
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
  /** Nothing waits, nothing is on its way, and nothing has come for `idleMs`. */
  idle(): boolean;
}

export function createSpanExporters(deps: ExporterDeps): SpanExporters {
  const { registry, clock } = deps;
  const spans = registry.counter('weft_spans_total', 'Spans, by what became of them.', ['outcome']);
  const count = { sent: spans.slot(['sent']), dropped: spans.slot(['dropped']), failed: spans.slot(['failed']) };
  const known = new Map<string, Gathering>();
  let stopTimer: Cancel | undefined;
  const tick = (): void => {
    for (const [key, exporter] of known) {
      exporter.flush();
      if (exporter.idle()) known.delete(key);
    }
  };
  const begin = (key: string, provider: Provider): Gathering | undefined => {
    if (known.size >= exporterLimits.exportersMax) return undefined;
    const made = createExporter(deps, provider, count);
    known.set(key, made);
    stopTimer ??= clock.every(exporterLimits.flushIntervalMs, tick);
    return made;
  };
  return {
    of(provider) {
      const key = keyOf(provider);
      return {
        // Asked for with each span: one that has made room begins anew.
        add(span) {
          const exporter = known.get(key) ?? begin(key, provider);
          if (exporter === undefined) count.dropped.add(1);
          else exporter.add(span);
        },
      };
    },
    stop() {
      stopTimer?.();
      for (const exporter of known.values()) exporter.flush();
    },
  };
}

/** All that makes one exporter different from another. */
function keyOf(provider: Provider): string {
  const { kind, target, authority, serviceName, cluster, grpc, timeoutMs, fields } = provider;
  return [kind, target, authority, serviceName, clusterKey(cluster), grpc, timeoutMs, ...fields].join('\n');
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
  { callouts, clock }: ExporterDeps,
  provider: Provider,
  count: Record<'sent' | 'dropped' | 'failed', { add(n: number): void }>,
): Gathering {
  const { batchSpans, batchBytes, inFlightMax, idleMs } = exporterLimits;
  const { cluster, target, authority, serviceName, grpc } = provider;
  const format = provider.kind === 'otlp' ? otlpFormat : zipkinFormat;
  const timeoutMs = provider.timeoutMs > 0 ? provider.timeoutMs : exporterLimits.timeoutMs;
  const fields = grpc ? provider.fields : ['content-type', format.contentType, ...provider.fields];
  let waiting: Buffer[] = [];
  let bytes = 0;
  let inFlight = 0;
  let usedAtMs = clock.monotonic();
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
    idle: () => waiting.length === 0 && inFlight === 0 && clock.monotonic() - usedAtMs >= idleMs,
    add(span) {
      usedAtMs = clock.monotonic();
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

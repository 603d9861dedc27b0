/** OpenTelemetry set up once for a process, and spans around what it does. */

import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { createContextManager } from './context-manager.ts';
import { formatTraceparent, newSpanContext, parseTraceparent } from './trace-context.ts';

export interface TracingOptions {
  readonly serviceName: string;
  readonly serviceVersion: string;
  /** OTEL_EXPORTER_OTLP_ENDPOINT; without it nothing is exported and the SDK is not loaded (it costs 0.33 s and 25 MB). */
  readonly exporterEndpoint?: string | undefined;
}

/** What is sent to a callee: the headers' values. */
export interface TraceCarrier {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

export interface ActiveSpan {
  /** Runs `act` with the span as the active one. */
  run<T>(act: () => T): T;
  /** @param error marks the span as failed. */
  end(error?: unknown): void;
}

export interface Tracing {
  /** Sends what is not sent yet and ends. */
  stop(): Promise<void>;
}

const tracerName = '@weft/service-tracing';

/** Call once, before anything is traced. The exporter's further settings are OpenTelemetry's standard variables. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  if (options.exporterEndpoint === undefined || options.exporterEndpoint === '') {
    context.setGlobalContextManager(createContextManager());
    return {
      async stop() {
        context.disable();
      },
    };
  }
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({ serviceName: options.serviceName, instrumentations: [], autoDetectResources: true });
  sdk.start();
  return { stop: () => sdk.shutdown() };
}

/** A span for a request that came in; without a usable carrier it starts a trace. */
export function startServerSpan(name: string, carrier: TraceCarrier, attributes: Attributes = {}): ActiveSpan {
  const remote = parseTraceparent(carrier.traceparent, carrier.tracestate);
  const parent = remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
  return startSpan(name, SpanKind.SERVER, parent, attributes);
}

/** A span for a call that goes out, child of the active one. */
export function startClientSpan(name: string, attributes: Attributes = {}): ActiveSpan {
  return startSpan(name, SpanKind.CLIENT, context.active(), attributes);
}

/** The active context as headers; empty where nothing is active. */
export function injectTrace(): TraceCarrier {
  const active = trace.getSpanContext(context.active());
  if (active === undefined) return {};
  const tracestate = active.traceState?.serialize();
  return { traceparent: formatTraceparent(active), ...(tracestate === undefined ? {} : { tracestate }) };
}

/** The active trace's id, for logs; "-" outside of any. */
export function activeTraceId(): string {
  return trace.getSpanContext(context.active())?.traceId ?? '-';
}

function startSpan(name: string, kind: SpanKind, parent: Context, attributes: Attributes): ActiveSpan {
  const tracer: Tracer = trace.getTracer(tracerName);
  const started: Span = tracer.startSpan(name, { kind, attributes }, parent);
  // Without the SDK a span has no ids of its own: a root gets them here, so that logs and callees can be joined.
  const span = isSpanContextValid(started.spanContext()) ? started : trace.wrapSpanContext(newSpanContext());
  const active = trace.setSpan(parent, span);
  return {
    run: (act) => context.with(active, act),
    end(error) {
      if (error !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        if (error instanceof Error) span.recordException(error);
      }
      span.end();
    },
  };
}

/** OpenTelemetry set up once; W3C context over HTTP and gRPC by explicit hooks. */
export { parseTraceparent, traceparentHeader, tracestateHeader } from './trace-context.ts';
export type { ActiveSpan, TraceCarrier, Tracing, TracingOptions } from './tracing.ts';
export { activeTraceId, injectTrace, startClientSpan, startServerSpan, startTracing } from './tracing.ts';

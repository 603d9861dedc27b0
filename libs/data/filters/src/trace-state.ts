/** What tracing decided for one request; kept in `exchange.state` for filters and formats. */

import type { Exchange } from '@weft/data-runtime';

/** Key in `exchange.state`; %TRACE_ID% reads it too. */
export const tracingKey = 'tracing';

export interface TraceState {
  /** 32 hex digits, or 16 for B3. */
  readonly traceId: string;
  /** Of this proxy's span: 16 hex digits. */
  readonly spanId: string;
  /** Empty: this proxy began the trace. */
  readonly parentId: string;
  /** Of the span of the call to the endpoint; empty: it has none of its own. */
  readonly upstreamSpanId: string;
  /** W3C tracestate as it came. */
  readonly state: string;
  /** The span's id is the client's too (Zipkin's shared spans). */
  readonly shared: boolean;
  /** Spans of this request are reported. */
  readonly sampled: boolean;
}

export function tracingOf(exchange: Exchange): TraceState | undefined {
  return exchange.state.get(tracingKey) as TraceState | undefined;
}

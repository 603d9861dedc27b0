/** What tracing decided for one request; kept in `exchange.state` for filters and formats. */

import type { Exchange } from '@weft/data-runtime';

/** Key in `exchange.state`; %TRACE_ID% reads it too. */
export const tracingKey = 'tracing';

export interface TraceState {
  /** 32 hex digits, or 16 for B3. */
  readonly traceId: string;
  /** Spans of this request are reported. */
  readonly sampled: boolean;
}

export function tracingOf(exchange: Exchange): TraceState | undefined {
  return exchange.state.get(tracingKey) as TraceState | undefined;
}

/** W3C Trace Context: the two headers, read strictly and written. Source: W3C Trace Context, level 1. */

import type { SpanContext } from '@opentelemetry/api';
import { createTraceState, isSpanContextValid } from '@opentelemetry/api';
import { randomHex } from '@weft/kernel';

export const traceparentHeader = 'traceparent';
export const tracestateHeader = 'tracestate';

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const tracestateMaxChars = 512;

/** Nothing for a header that is absent or breaks the format: the receiver then starts a trace of its own. */
export function parseTraceparent(traceparent: string | undefined, tracestate?: string): SpanContext | undefined {
  const match = pattern.exec(traceparent ?? '');
  if (match === null) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(tracestate !== undefined && tracestate.length <= tracestateMaxChars
      ? { traceState: createTraceState(tracestate) }
      : {}),
  };
  return isSpanContextValid(context) ? context : undefined;
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`;
}

/** The start of a trace that nobody upstream started; not sampled, since nobody decided that it is. */
export function newSpanContext(): SpanContext {
  return { traceId: randomHex(16), spanId: randomHex(8), traceFlags: 0 };
}

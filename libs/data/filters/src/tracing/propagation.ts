/** Trace contexts in headers: W3C Trace Context, B3 in several headers and in one. */

import { setField } from '@weft/data-runtime';
import { fieldOf } from '../fields.ts';
import type { TraceState } from '../trace-state.ts';

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** Nothing: the caller left it open. */
  readonly sampled: boolean | undefined;
  /** W3C tracestate; empty: none. */
  readonly state: string;
}

export interface Propagation {
  /** @returns nothing for a request without a context, or with one that is not valid. */
  extract(fields: readonly string[]): TraceContext | undefined;
  /** Writes the context that the receiver continues. */
  inject(fields: string[], trace: TraceState): void;
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeros = /^0+$/;
/** Longer ones are not passed on, as the specification allows. */
export const tracestateCharsMax = 512;

export const w3c: Propagation = {
  extract(fields) {
    const text = fieldOf(fields, 'traceparent');
    if (text === undefined) return undefined;
    const match = traceparent.exec(text);
    if (match === null) return undefined;
    const [, version, traceId = '', spanId = '', flags = '', more] = match;
    if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
    if (zeros.test(traceId) || zeros.test(spanId)) return undefined;
    const state = fieldOf(fields, 'tracestate') ?? '';
    const sampled = (Number.parseInt(flags, 16) & 1) === 1;
    return { traceId, spanId, sampled, state: state.length > tracestateCharsMax ? '' : state };
  },
  inject(fields, trace) {
    const spanId = trace.upstreamSpanId === '' ? trace.spanId : trace.upstreamSpanId;
    setField(fields, 'traceparent', `00-${trace.traceId}-${spanId}-${trace.sampled ? '01' : '00'}`);
  },
};

const b3TraceId = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/;
const b3SpanId = /^[0-9a-f]{16}$/;

export const b3: Propagation = {
  extract(fields) {
    const single = fieldOf(fields, 'b3');
    if (single !== undefined) return singleB3(single);
    const traceId = fieldOf(fields, 'x-b3-traceid')?.toLowerCase();
    const spanId = fieldOf(fields, 'x-b3-spanid')?.toLowerCase();
    if (traceId === undefined || spanId === undefined) return undefined;
    const debug = fieldOf(fields, 'x-b3-flags') === '1';
    const sampled = fieldOf(fields, 'x-b3-sampled');
    return context(traceId, spanId, debug ? '1' : sampled);
  },
  inject(fields, trace) {
    const spanId = trace.upstreamSpanId === '' ? trace.spanId : trace.upstreamSpanId;
    const parentId = trace.upstreamSpanId === '' ? trace.parentId : trace.spanId;
    const sampled = trace.sampled ? '1' : '0';
    if (fieldOf(fields, 'b3') !== undefined)
      setField(fields, 'b3', `${trace.traceId}-${spanId}-${sampled}${parentId === '' ? '' : `-${parentId}`}`);
    setField(fields, 'x-b3-traceid', trace.traceId);
    setField(fields, 'x-b3-spanid', spanId);
    if (parentId !== '') setField(fields, 'x-b3-parentspanid', parentId);
    setField(fields, 'x-b3-sampled', sampled);
  },
};

/** "traceid-spanid-sampled-parent", the last two optional. "0" alone says: do not sample, and gives no trace. */
function singleB3(text: string): TraceContext | undefined {
  const [traceId = '', spanId = '', sampled] = text.toLowerCase().split('-');
  return context(traceId, spanId, sampled);
}

function context(traceId: string, spanId: string, sampled: string | undefined): TraceContext | undefined {
  if (!b3TraceId.test(traceId) || !b3SpanId.test(spanId) || zeros.test(traceId) || zeros.test(spanId)) return undefined;
  const word = sampled?.toLowerCase();
  const decided =
    word === '1' || word === 'true' || word === 'd' ? true : word === '0' || word === 'false' ? false : undefined;
  return { traceId, spanId, sampled: decided, state: '' };
}

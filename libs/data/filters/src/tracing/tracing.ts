/** Tracing of one listener: decides, passes the context on, reports spans. */

import { type Exchange, type HttpFilter, type HttpHandlerTable, setField, type TracingTable } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { ProxyLabels } from '../proxy-labels.ts';
import { hex32 } from '../random-hex.ts';
import { type TraceState, tracingKey, tracingOf } from '../trace-state.ts';
import type { SpanExporters } from './exporter.ts';
import { b3, type TraceContext, w3c } from './propagation.ts';
import { requestSpan, upstreamSpan } from './span.ts';
import { traceReason } from './trace-reason.ts';

export interface TracingDeps {
  readonly random: Random;
  readonly proxy: Pick<ProxyLabels, 'self'>;
  readonly spans: SpanExporters;
}

/**
 * Stands after the request id and the route are known: both have a say in sampling. A context that came decides over this proxy's own sampling, as in
 * Envoy. @returns nothing for a listener without tracing.
 */
export function createTracing(
  deps: TracingDeps,
  table: Pick<HttpHandlerTable, 'tracing' | 'requestId'>,
): HttpFilter | undefined {
  const { tracing } = table;
  if (tracing === undefined) return undefined;
  const { random, proxy } = deps;
  const { packTraceReason: pack, useForTraceSampling: byId } = table.requestId;
  const options = { random, table: tracing, pack, byId };
  const { provider } = tracing;
  if (provider === undefined) {
    // The digit of the request id is for those who have a provider.
    return {
      name: 'tracing',
      onRequest(exchange) {
        traceReason(exchange, options);
        return true;
      },
    };
  }
  const spans = deps.spans.of(provider);
  const propagation = provider.propagation === 'w3c' ? w3c : b3;
  return {
    name: 'tracing',
    onRequest(exchange) {
      const { fields } = exchange.request;
      const wanted = traceReason(exchange, options) !== 'none';
      const trace = begin(exchange, propagation.extract(fields), wanted, tracing, random);
      exchange.state.set(tracingKey, trace);
      propagation.inject(fields, trace);
      if (trace.state !== '') setField(fields, 'tracestate', trace.state);
      return true;
    },
    onComplete(exchange) {
      const trace = tracingOf(exchange);
      if (trace === undefined || !trace.sampled) return;
      spans.add(requestSpan(exchange, trace, tracing, proxy.self()));
      if (trace.upstreamSpanId !== '' && exchange.attempts > 0) spans.add(upstreamSpan(exchange, trace));
    },
  };
}

function begin(
  exchange: Exchange,
  parent: TraceContext | undefined,
  wanted: boolean,
  table: TracingTable,
  random: Random,
): TraceState {
  const { provider } = table;
  const inbound = exchange.connection.direction === 'inbound';
  const shared = parent !== undefined && inbound && provider?.kind === 'zipkin' && provider.sharedSpanContext;
  const wide = provider?.kind === 'otlp' || provider?.traceId128Bit === true;
  const id64 = (): string => hex32(random) + hex32(random);
  return {
    traceId: parent?.traceId ?? (wide ? id64() + id64() : id64()),
    spanId: shared ? parent.spanId : id64(),
    parentId: shared ? '' : (parent?.spanId ?? ''),
    upstreamSpanId: table.spawnUpstreamSpan ? id64() : '',
    state: parent?.state ?? '',
    shared,
    sampled: parent?.sampled ?? wanted,
  };
}

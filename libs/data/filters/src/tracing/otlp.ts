/** Spans as OTLP over HTTP with protobuf (opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest). */

import { fixed64, lengthDelimited, unsigned } from './protobuf.ts';
import type { SpanFormat } from './span-format.ts';

const kinds = { server: 2, client: 3 } as const;
const statusError = 2;

export const otlpFormat: SpanFormat = {
  contentType: 'application/x-protobuf',
  encode(span) {
    const start = BigInt(Math.round(span.startMs * 1_000)) * 1_000n;
    const end = start + BigInt(Math.round(span.durationMs * 1_000)) * 1_000n;
    const parts = [
      lengthDelimited(1, Buffer.from(span.traceId.padStart(32, '0'), 'hex')),
      lengthDelimited(2, Buffer.from(span.spanId, 'hex')),
    ];
    if (span.state !== '') parts.push(lengthDelimited(3, span.state));
    if (span.parentId !== '') parts.push(lengthDelimited(4, Buffer.from(span.parentId, 'hex')));
    parts.push(lengthDelimited(5, span.name), unsigned(6, kinds[span.kind]), fixed64(7, start), fixed64(8, end));
    for (let i = 0; i < span.tags.length; i += 2)
      parts.push(lengthDelimited(9, keyValue(span.tags[i] as string, span.tags[i + 1] as string)));
    if (span.error) parts.push(lengthDelimited(15, unsigned(3, statusError)));
    // ScopeSpans.spans
    return lengthDelimited(2, Buffer.concat(parts));
  },
  batch(spans, serviceName) {
    const resource = lengthDelimited(
      1,
      Buffer.concat(
        [
          ['service.name', serviceName],
          ['telemetry.sdk.name', 'weft'],
          ['telemetry.sdk.language', 'nodejs'],
        ].map(([key = '', value = '']) => lengthDelimited(1, keyValue(key, value))),
      ),
    );
    const scopeSpans = lengthDelimited(2, Buffer.concat([lengthDelimited(1, lengthDelimited(1, 'weft')), ...spans]));
    return lengthDelimited(1, Buffer.concat([resource, scopeSpans]));
  },
};

function keyValue(key: string, value: string): Buffer {
  return Buffer.concat([lengthDelimited(1, key), lengthDelimited(2, lengthDelimited(1, value))]);
}

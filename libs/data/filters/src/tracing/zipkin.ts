/** Spans as Zipkin's JSON, version 2. */

import type { SpanFormat } from './span-format.ts';

export const zipkinFormat: SpanFormat = {
  contentType: 'application/json',
  encode(span, serviceName) {
    const tags: Record<string, string> = {};
    for (let i = 0; i < span.tags.length; i += 2) tags[span.tags[i] as string] = span.tags[i + 1] as string;
    const text = JSON.stringify({
      traceId: span.traceId,
      id: span.spanId,
      ...(span.parentId === '' ? {} : { parentId: span.parentId }),
      kind: span.kind === 'server' ? 'SERVER' : 'CLIENT',
      name: span.name,
      timestamp: Math.round(span.startMs * 1_000),
      duration: Math.max(1, Math.round(span.durationMs * 1_000)),
      localEndpoint: { serviceName, ...endpoint(span.localAddress) },
      ...(span.remoteAddress === '' ? {} : { remoteEndpoint: endpoint(span.remoteAddress) }),
      tags,
      ...(span.shared ? { shared: true } : {}),
    });
    return Buffer.from(text, 'utf8');
  },
  batch(spans) {
    const parts: Buffer[] = [Buffer.from('[')];
    spans.forEach((span, index) => {
      if (index > 0) parts.push(Buffer.from(','));
      parts.push(span);
    });
    parts.push(Buffer.from(']'));
    return Buffer.concat(parts);
  },
};

function endpoint(address: string): Record<string, string | number> {
  const end = address.lastIndexOf(':');
  if (end < 0) return {};
  const host = address.slice(0, end).replace(/^\[|\]$/g, '');
  return { [host.includes(':') ? 'ipv6' : 'ipv4']: host, port: Number(address.slice(end + 1)) };
}

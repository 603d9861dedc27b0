/** Which requests are traced, what is passed on, and what collectors get. */

import type { Callout, CalloutAnswer, Exchange, TracingTable } from '@weft/data-runtime';
import { createManualClock, createSeededRandom, type Random } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { tracingOf } from '../trace-state.ts';
import { createSpanExporters, exporterLimits } from './exporter.ts';
import { b3, tracestateCharsMax, w3c } from './propagation.ts';
import type { Span } from './span.ts';
import { traceReason } from './trace-reason.ts';
import { createTracing } from './tracing.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';
const uuid = '00000001-0000-4000-8000-000000000000';
const requestId = {
  generate: true,
  preserveExternal: false,
  alwaysSetInResponse: false,
  packTraceReason: true,
  useForTraceSampling: true,
};
const provider = {
  kind: 'otlp',
  cluster: { current: undefined },
  target: '/v1/traces',
  authority: 'otel:4318',
  serviceName: 'order.shop',
  fields: ['x-key', '1'],
  grpc: false,
  propagation: 'w3c',
  timeoutMs: 0,
  traceId128Bit: true,
  sharedSpanContext: false,
} as const;
const table: TracingTable = {
  clientSampling: 100,
  randomSampling: 100,
  overallSampling: 100,
  maxPathTagLength: 8,
  spawnUpstreamSpan: false,
  customTags: [{ name: 'team', value: () => 'blue' }],
  provider,
};

interface Sent {
  readonly callout: Callout;
  readonly done: (answer: CalloutAnswer) => void;
}

function rig(changes: Partial<TracingTable> = {}, random: Random = createSeededRandom(1)) {
  const sent: Sent[] = [];
  const clock = createManualClock();
  const registry = createMetricRegistry();
  const callouts = {
    send(callout: Callout, done: (answer: CalloutAnswer) => void) {
      sent.push({ callout, done });
      return () => {};
    },
  };
  const spans = createSpanExporters({ clock, registry, callouts });
  const self = {
    workload: 'order',
    namespace: 'shop',
    app: 'o',
    version: '1',
    canonicalService: 'order',
    canonicalRevision: 'v1',
    cluster: 'k',
  };
  const filter = createTracing(
    { random, spans, proxy: { self: () => self } },
    { requestId, tracing: { ...table, ...changes } },
  );
  const run = (exchange: Exchange): Exchange => {
    filter?.onRequest?.(exchange);
    filter?.onComplete?.(exchange);
    return exchange;
  };
  return { run, sent, clock, registry, spans };
}

describe('the decision', () => {
  const reasonOf = (fields: string[], changes: Partial<TracingTable> = {}, byId = true) => {
    const exchange = testExchange({ fields: ['x-request-id', uuid, ...fields] });
    const options = { random: createSeededRandom(1), table: { ...table, ...changes }, pack: true, byId };
    return [traceReason(exchange, options), exchange.request.header('x-request-id')?.[14]];
  };

  it('is taken by chance, by the client or by force, and packed into the id', () => {
    expect(reasonOf([])).toEqual(['sampled', '9']);
    expect(reasonOf([], { randomSampling: 0 })).toEqual(['none', '4']);
    expect(reasonOf([], { randomSampling: 0.01 })).toEqual(['none', '4']);
    expect(reasonOf([], { randomSampling: 0.02 })).toEqual(['sampled', '9']);
    expect(reasonOf(['x-envoy-force-trace', 'true'], { randomSampling: 0 })).toEqual(['forced', 'a']);
    expect(reasonOf(['x-client-trace-id', 'x'], { randomSampling: 0 })).toEqual(['client', 'b']);
    expect(reasonOf(['x-client-trace-id', 'x'], { randomSampling: 0, clientSampling: 0 })).toEqual(['none', '4']);
    expect(reasonOf([], { overallSampling: 0 })).toEqual(['none', '4']);
  });

  it('is read from the id of the proxy before', () => {
    const id = `${uuid.slice(0, 14)}9${uuid.slice(15)}`;
    const exchange = testExchange({ fields: ['x-request-id', id] });
    const options = { random: () => 0.99, table: { ...table, randomSampling: 0 }, pack: true, byId: true };
    expect(traceReason(exchange, options)).toBe('sampled');
    expect(traceReason(exchange, { ...options, pack: false })).toBe('none');
  });

  it('is the route’s where it says so', () => {
    const exchange = testExchange({ fields: ['x-request-id', uuid] });
    const tracing = { clientSampling: 0, randomSampling: 0, overallSampling: 100 };
    exchange.route = { tracing } as unknown as NonNullable<Exchange['route']>;
    expect(traceReason(exchange, { random: () => 0, table, pack: true, byId: true })).toBe('none');
  });
});

describe('a context', () => {
  it.each([
    [`00-${trace}-${span}-01`, true],
    [`00-${trace}-${span}-00`, false],
    [`01-${trace}-${span}-01-more`, true],
    [`00-${trace}-${span}-01-more`, undefined],
    [`ff-${trace}-${span}-01`, undefined],
    [`00-${'0'.repeat(32)}-${span}-01`, undefined],
    [`00-${trace.toUpperCase()}-${span}-01`, undefined],
    ['', undefined],
  ])('of W3C %s is sampled: %s', (text, sampled) => {
    expect(w3c.extract(['traceparent', text])?.sampled).toBe(sampled);
  });

  it.each([
    [['x-b3-traceid', trace, 'x-b3-spanid', span, 'x-b3-sampled', '1'], true],
    [['x-b3-traceid', span, 'x-b3-spanid', span, 'x-b3-sampled', 'false'], false],
    [['x-b3-traceid', span, 'x-b3-spanid', span, 'x-b3-flags', '1'], true],
    [['x-b3-traceid', span, 'x-b3-spanid', span], undefined],
    [['b3', `${trace}-${span}-d`], true],
    [['b3', `${trace}-${span}-0-${span}`], false],
  ])('of B3 %j is sampled: %s', (fields, sampled) => {
    expect(b3.extract(fields)).toMatchObject({ spanId: span, sampled });
  });

  it('leaves out a tracestate over its bound', () => {
    const stateOf = (length: number) =>
      w3c.extract(['traceparent', `00-${trace}-${span}-01`, 'tracestate', 'a'.repeat(length)])?.state;
    expect(stateOf(tracestateCharsMax)).toHaveLength(tracestateCharsMax);
    expect(stateOf(tracestateCharsMax + 1)).toBe('');
  });

  it.each([[['b3', '0']], [['x-b3-traceid', 'xyz', 'x-b3-spanid', span]], [['x-b3-traceid', trace]]])(
    'of B3 %j is none',
    (fields) => {
      expect(b3.extract(fields)).toBeUndefined();
    },
  );
});

describe('a traced request', () => {
  it('goes on in the trace that it came with', () => {
    const { run } = rig({ randomSampling: 0 });
    const exchange = run(testExchange({ fields: ['traceparent', `00-${trace}-${span}-01`, 'tracestate', 'a=b'] }));
    const own = tracingOf(exchange)?.spanId ?? '';
    expect(own).not.toBe(span);
    expect(exchange.request.fields).toEqual(['traceparent', `00-${trace}-${own}-01`, 'tracestate', 'a=b']);
    expect(tracingOf(exchange)).toMatchObject({ traceId: trace, parentId: span, sampled: true });
  });

  it('begins a trace otherwise, reported or not', () => {
    const { run, sent, clock } = rig({ randomSampling: 0 });
    const exchange = run(testExchange());
    expect(exchange.request.header('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    clock.advance(exporterLimits.flushIntervalMs);
    expect(sent).toEqual([]);
  });

  it('is reported over OTLP', () => {
    const { run, sent, clock, registry } = rig();
    const exchange = testExchange({
      target: '/a/long/path?x=1',
      authority: 'orders',
      fields: ['traceparent', `00-${trace}-${span}-01`],
    });
    exchange.startedAtMs = 1_700_000_000_000;
    exchange.durationMs = 2.5;
    exchange.status = 503;
    run(exchange);
    clock.advance(exporterLimits.flushIntervalMs);
    const { callout, done } = sent[0] as Sent;
    expect(callout).toMatchObject({
      method: 'POST',
      target: '/v1/traces',
      authority: 'otel:4318',
      fields: ['content-type', 'application/x-protobuf', 'x-key', '1'],
    });
    const [resourceSpans] = fieldsOf(callout.body);
    const [resource, scopeSpans] = fieldsOf(resourceSpans?.bytes);
    expect(attributesOf(resource?.bytes, 1)).toMatchObject({ 'service.name': 'order.shop' });
    const record = fieldsOf(scopeSpans?.bytes).find(({ field }) => field === 2)?.bytes;
    const parts = fieldsOf(record);
    const part = (field: number) => parts.find((one) => one.field === field);
    expect(part(1)?.bytes?.toString('hex')).toBe(trace);
    expect(part(4)?.bytes?.toString('hex')).toBe(span);
    expect(part(5)?.bytes?.toString()).toBe('ingress');
    expect(part(6)?.number).toBe(2n);
    expect(part(7)?.number).toBe(1_700_000_000_000_000_000n);
    expect(part(8)?.number).toBe(1_700_000_000_002_500_000n);
    expect(fieldsOf(part(15)?.bytes)).toMatchObject([{ field: 3, number: 2n }]);
    expect(attributesOf(record, 9)).toMatchObject({
      'http.url': 'https://orders/a/long/',
      'http.status_code': '503',
      error: 'true',
      team: 'blue',
      component: 'proxy',
      'istio.canonical_service': 'order',
    });
    done({ status: 200, fields: [], trailers: [], body: Buffer.alloc(0) });
    expect(registry.renderPrometheus()).toContain('weft_spans_total{outcome="sent"} 1');
  });

  it('is reported as Zipkin’s JSON, its span shared with the client’s where told to', () => {
    const zipkin = {
      ...provider,
      kind: 'zipkin',
      propagation: 'b3',
      sharedSpanContext: true,
      traceId128Bit: false,
    } as const;
    const { run, sent, clock } = rig({ provider: zipkin });
    const exchange = run(testExchange({ fields: ['x-b3-traceid', span, 'x-b3-spanid', span, 'x-b3-sampled', '1'] }));
    expect(exchange.request.header('x-b3-spanid')).toBe(span);
    clock.advance(exporterLimits.flushIntervalMs);
    expect(JSON.parse((sent[0] as Sent).callout.body.toString())).toMatchObject([
      {
        traceId: span,
        id: span,
        kind: 'SERVER',
        shared: true,
        localEndpoint: { serviceName: 'order.shop', ipv4: '127.0.0.1', port: 15006 },
      },
    ]);
  });

  it('travels as a gRPC call where told to; taken is what the gRPC status says', () => {
    const { run, sent, clock, registry } = rig({ provider: { ...provider, grpc: true } });
    for (const status of ['0', '14']) {
      run(testExchange());
      clock.advance(exporterLimits.flushIntervalMs);
      const { callout, done } = sent.at(-1) as Sent;
      expect([callout.grpc, callout.fields]).toEqual([true, ['x-key', '1']]);
      done({ status: 200, fields: [], trailers: ['grpc-status', status], body: Buffer.alloc(0) });
    }
    const counted = registry.renderPrometheus();
    expect(counted).toContain('weft_spans_total{outcome="sent"} 1');
    expect(counted).toContain('weft_spans_total{outcome="failed"} 1');
  });

  it('has a span for the call to the endpoint where told to', () => {
    const { run, sent, clock } = rig({ spawnUpstreamSpan: true, provider: { ...provider, kind: 'zipkin' } });
    const exchange = testExchange();
    exchange.attempts = 1;
    run(exchange);
    clock.advance(exporterLimits.flushIntervalMs);
    const [server, client] = JSON.parse((sent[0] as Sent).callout.body.toString());
    expect(client).toMatchObject({ parentId: server.id, kind: 'CLIENT' });
    expect(exchange.request.header('traceparent')).toContain(client.id);
  });

  it('is sent in bounded batches, and dropped past the bound', () => {
    const { run, sent, registry } = rig();
    const batches = exporterLimits.inFlightMax + 1;
    for (let i = 0; i < exporterLimits.batchSpans * batches + 3; i += 1) run(testExchange());
    expect(sent).toHaveLength(exporterLimits.inFlightMax);
    expect(registry.renderPrometheus()).toContain('weft_spans_total{outcome="dropped"} 3');
    sent[0]?.done({ status: 500, fields: [], trailers: [], body: Buffer.alloc(0) });
    expect(registry.renderPrometheus()).toContain(`weft_spans_total{outcome="failed"} ${exporterLimits.batchSpans}`);
  });

  it('is sent at once where few large ones fill a batch', () => {
    const value = 'x'.repeat(exporterLimits.batchBytes / 4);
    const { run, sent } = rig({ customTags: [{ name: 'large', value: () => value }] });
    for (let i = 0; i < 3; i += 1) run(testExchange());
    expect(sent).toEqual([]);
    run(testExchange());
    expect(sent).toHaveLength(1);
  });

  it('is reported to as many collectors as the bound says; one without spans for a while makes room', () => {
    const { spans, registry, clock, sent } = rig();
    const add = (value: number): void => spans.of({ ...provider, fields: ['authorization', `${value}`] }).add(record);
    const dropped = (): string => registry.renderPrometheus();
    for (let i = 0; i <= exporterLimits.exportersMax; i += 1) add(i);
    expect(dropped()).toContain('weft_spans_total{outcome="dropped"} 1');
    clock.advance(exporterLimits.flushIntervalMs);
    for (const { done } of sent) done({ status: 200, fields: [], trailers: [], body: Buffer.alloc(0) });
    clock.advance(exporterLimits.idleMs);
    const before = sent.length;
    for (let i = 0; i < exporterLimits.exportersMax; i += 1) add(100 + i);
    clock.advance(exporterLimits.flushIntervalMs);
    expect(dropped()).toContain('weft_spans_total{outcome="dropped"} 1');
    expect(sent.length - before).toBe(exporterLimits.exportersMax);
  });

  it('goes on to a collector that had made room, by the exporter that a listener has from before', () => {
    const { spans, clock, sent } = rig();
    const kept = spans.of(provider);
    for (let i = 0; i < 2; i += 1) {
      kept.add(record);
      clock.advance(exporterLimits.flushIntervalMs);
      sent.at(-1)?.done({ status: 200, fields: [], trailers: [], body: Buffer.alloc(0) });
      clock.advance(exporterLimits.idleMs * 2);
    }
    expect(sent).toHaveLength(2);
  });

  it('is sent with the timeout of its own provider', () => {
    const { spans, clock, sent } = rig();
    for (const timeoutMs of [1_000, 2_000]) spans.of({ ...provider, timeoutMs }).add(record);
    clock.advance(exporterLimits.flushIntervalMs);
    expect(sent.map(({ callout }) => callout.timeoutMs)).toEqual([1_000, 2_000]);
  });
});

const record: Span = {
  ...{ traceId: trace, spanId: span, parentId: '', state: '', name: 'egress', kind: 'client', shared: false },
  ...{ startMs: 0, durationMs: 1, error: false, tags: [], localAddress: '', remoteAddress: '' },
};

interface Field {
  readonly field: number;
  readonly bytes?: Buffer;
  readonly number?: bigint;
}

/** Reads protobuf without its schema. */
function fieldsOf(bytes: Buffer = Buffer.alloc(0)): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const octet = bytes[at] as number;
      at += 1;
      value += (octet & 127) * scale;
      if (octet < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = tag >> 3;
    if ((tag & 7) === 0) fields.push({ field, number: BigInt(varint()) });
    else if ((tag & 7) === 1) {
      fields.push({ field, number: bytes.readBigUInt64LE(at) });
      at += 8;
    } else {
      const length = varint();
      fields.push({ field, bytes: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}

function attributesOf(bytes: Buffer | undefined, field: number): Record<string, string> {
  const pairs = fieldsOf(bytes).filter((one) => one.field === field);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, value] = fieldsOf(pair.bytes);
      return [String(key?.bytes), String(fieldsOf(value?.bytes)[0]?.bytes)];
    }),
  );
}

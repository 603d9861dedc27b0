import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeTraceId, injectTrace, startClientSpan, startServerSpan, startTracing, type Tracing } from './tracing.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

let tracing: Tracing;
beforeAll(async () => {
  tracing = await startTracing({ serviceName: 'order', serviceVersion: 'v1' });
});
afterAll(() => tracing.stop());

describe('tracing without an exporter', () => {
  it('carries the trace of a request through asynchronous work to the calls it makes', async () => {
    const server = startServerSpan('POST /api/orders', { traceparent });
    const sent = await server.run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return startClientSpan('charge').run(() => injectTrace());
    });
    expect(sent.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(server.run(activeTraceId)).toBe(traceId);
  });

  it('starts a trace where a request brings none', () => {
    const one = startServerSpan('GET /', {}).run(activeTraceId);
    const other = startServerSpan('GET /', { traceparent: 'nonsense' }).run(activeTraceId);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(other).toMatch(/^[0-9a-f]{32}$/);
    expect(one).not.toBe(other);
  });

  it('knows no trace outside of a request', () => {
    expect(activeTraceId()).toBe('-');
    expect(injectTrace()).toEqual({});
  });

  it('keeps requests that run at the same time apart', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => index.toString(16).padStart(32, 'a'));
    const seen = await Promise.all(
      ids.map((id) =>
        startServerSpan('GET /', { traceparent: `00-${id}-b7ad6b7169203331-00` }).run(async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return activeTraceId();
        }),
      ),
    );
    expect(seen).toEqual(ids);
  });
});

/** Places of Istio's HTTP metrics: kept per connection, bounded. */

import { unknownWorkload } from '@weft/data-runtime';
import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createIstioHttpMetrics, keptCombinationsMax } from './http-metrics.ts';

describe('the combinations that a connection remembers', () => {
  it('start anew past their bound, and nothing is counted wrong', () => {
    const registry = createMetricRegistry();
    const filter = createIstioHttpMetrics({
      registry,
      proxy: { self: () => unknownWorkload, ownUri: () => undefined },
    });
    const exchange = testExchange();
    const statuses = Array.from({ length: keptCombinationsMax + 1 }, (_, i) => 200 + i);
    let most = 0;
    for (let round = 0; round < 2; round += 1) {
      for (const status of statuses) {
        exchange.status = status;
        filter.onComplete?.(exchange);
        most = Math.max(most, (exchange.kept.istioMetrics as unknown[]).length);
      }
    }
    expect(most).toBe(keptCombinationsMax);
    const rows = registry
      .renderPrometheus()
      .split('\n')
      .filter((row) => row.startsWith('istio_requests_total{'));
    expect(rows.map((row) => /response_code="(\d+)".* (\d+)$/.exec(row)?.slice(1))).toEqual(
      statuses.map((status) => [String(status), '2']),
    );
  });

  it('are none twice for the same', () => {
    const registry = createMetricRegistry();
    const filter = createIstioHttpMetrics({
      registry,
      proxy: { self: () => unknownWorkload, ownUri: () => undefined },
    });
    const exchange = testExchange();
    for (let i = 0; i < 5; i += 1) filter.onComplete?.(exchange);
    expect(exchange.kept.istioMetrics).toHaveLength(1);
  });
});

it('counts gRPC by its status, with messages of both directions', () => {
  const registry = createMetricRegistry();
  const filter = createIstioHttpMetrics({ registry, proxy: { self: () => unknownWorkload, ownUri: () => undefined } });
  const exchange = testExchange({ fields: ['content-type', 'application/grpc'] });
  for (const status of ['0', '4', '0']) {
    exchange.state.clear();
    Object.assign(exchange, { requestObserver: undefined, responseObserver: undefined });
    filter.onRequest?.(exchange);
    exchange.requestObserver?.(Buffer.from([0, 0, 0, 0, 1, 7]), 0, 6);
    exchange.responseObserver?.(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 0, 10);
    exchange.responseTrailers = ['grpc-status', status];
    filter.onComplete?.(exchange);
  }
  const rows = registry.renderPrometheus().split('\n');
  const countOf = (name: string, status: string) =>
    rows
      .find((row) => row.startsWith(`${name}{`) && row.includes(`grpc_response_status="${status}"`))
      ?.split(' ')
      .at(-1);
  expect(countOf('istio_requests_total', '0')).toBe('2');
  expect(countOf('istio_requests_total', '4')).toBe('1');
  expect(countOf('istio_request_messages_total', '0')).toBe('2');
  expect(countOf('istio_response_messages_total', '0')).toBe('4');
});

it('says nothing of messages for plain HTTP', () => {
  const registry = createMetricRegistry();
  const filter = createIstioHttpMetrics({ registry, proxy: { self: () => unknownWorkload, ownUri: () => undefined } });
  filter.onComplete?.(testExchange());
  expect(registry.renderPrometheus()).not.toContain('messages_total{');
});

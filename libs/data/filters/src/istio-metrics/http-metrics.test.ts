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

import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import { mergeMetrics } from './merge-metrics.ts';

function processOf(requests: number, only: string): string {
  const registry = createMetricRegistry();
  const counter = registry.counter('requests_total', 'Requests.', ['code']);
  counter.slot(['200']).add(requests);
  counter.slot([only]).add(1);
  registry.histogram('took', 'Time.', [], [1, 2]).slot([]).observe(requests);
  return registry.renderPrometheus();
}

describe('the metrics of several processes', () => {
  it('are added up by series, with each family once', () => {
    const merged = mergeMetrics([processOf(1, '404'), processOf(2, '503')]);
    expect(merged).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200"} 3
requests_total{code="404"} 1
requests_total{code="503"} 1
# HELP took Time.
# TYPE took histogram
took_bucket{le="1"} 1
took_bucket{le="2"} 2
took_bucket{le="+Inf"} 2
took_sum 3
took_count 2
`);
  });

  it('are as they were where there is one, and nothing where there is none', () => {
    const one = processOf(1, '404');
    expect(mergeMetrics([one])).toBe(one);
    expect(mergeMetrics([])).toBe('');
  });
});

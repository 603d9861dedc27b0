/** The application's metrics stand after ours, within bounds, and never make the page invalid. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetricRegistry } from '@weft/telemetry';
import { afterEach, expect, it } from 'vitest';
import { appMetricsLimits, createAppMetrics } from './app-metrics.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function merged(
  own: string,
  app: string | undefined,
  status = 200,
  timeoutMs = 5_000,
): Promise<{ text: string; rendered: string }> {
  const started = createServer((_, response) => {
    response.statusCode = status;
    if (app !== undefined) response.end(app);
  });
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, '127.0.0.1', resolve);
  });
  const registry = createMetricRegistry();
  const { port } = started.address() as AddressInfo;
  const metrics = createAppMetrics({ at: { host: '127.0.0.1', port }, path: '/metrics', registry, timeoutMs });
  const text = await new Promise<string>((resolve) => {
    metrics.read(own, resolve);
  });
  return { text, rendered: registry.renderPrometheus() };
}

it('appends what the application has', async () => {
  const app = '# TYPE orders_total counter\norders_total 3\n# EOF\n';
  expect((await merged('# TYPE a counter\na 1\n', app)).text).toBe('# TYPE orders_total counter\norders_total 3\n');
});

it('leaves out families that are ours, and counts them', async () => {
  const app = '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 1\na_sum 1\na_count 1\nb 2\n';
  const { text, rendered } = await merged('# TYPE a histogram\na_sum 3\n', app);
  expect(text).toBe('b 2\n');
  expect(rendered).toContain('weft_app_metric_families_dropped_total 1');
});

it('gives nothing for an answer that is too large or no success', async () => {
  expect((await merged('', `${'x'.repeat(appMetricsLimits.answerBytesMax)}\n`)).text).toBe('');
  expect((await merged('', 'x 1\n', 500)).rendered).toContain('weft_app_metrics_scrapes_total{outcome="failed"} 1');
});

it('does not wait for an application that does not answer', async () => {
  const { text, rendered } = await merged('', undefined, 200, 20);
  expect(text).toBe('');
  expect(rendered).toContain('outcome="failed"} 1');
});

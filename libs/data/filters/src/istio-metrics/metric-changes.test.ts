/** Labels and metrics as a mesh asks for them. */

import { type MetricChange, unknownWorkload } from '@weft/data-runtime';
import { createMetricRegistry } from '@weft/telemetry';
import { expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createIstioHttpMetrics } from './http-metrics.ts';
import { createIstioTcpMetrics } from './tcp-metrics.ts';

const proxy = { self: () => unknownWorkload, ownUri: () => undefined, policyFrom: () => undefined };
const change = (over: Partial<MetricChange>): MetricChange => ({
  ...{ name: 'requests_total', drop: false, remove: [], set: [] },
  ...over,
});

function rowOf(changes: readonly MetricChange[], metric: string): string | undefined {
  const registry = createMetricRegistry();
  const filter = createIstioHttpMetrics({ registry, proxy }, { metrics: changes });
  filter.onComplete?.(testExchange({ target: '/a?b=1', fields: ['x-team', 'red'], authority: 'shop' }));
  return registry
    .renderPrometheus()
    .split('\n')
    .find((row) => row.startsWith(metric));
}

it.each([
  ['request.host', 'shop'],
  ["request.headers['x-team']", 'red'],
  ["request.headers['x-none']", 'unknown'],
  ["has(request.headers['x-none']) ? 'some' : 'none'", 'none'],
  ["request.method + ' ' + request.url_path", 'GET /a'],
  ['response.code', '200'],
  ['string(response.code + 1)', '201'],
  ["int('7') + 1", '8'],
  ["request.url_path.startsWith('/a')", 'true'],
  ["(request.host + 'x').endsWith('px') ? 1 : 2", '1'],
  ['request.host +', 'unknown'],
  ['node.metadata', 'unknown'],
  ['request.host + 1', 'unknown'],
])('%s as a label is %s', (expression, expected) => {
  expect(rowOf([change({ set: [['team', expression]] })], 'istio_requests_total{')).toContain(`team="${expected}"`);
});

it('labels that are taken away are not there, others stay; of other metrics all do', () => {
  const changes = [change({ remove: ['reporter', 'response_code'] })];
  const row = rowOf(changes, 'istio_requests_total{');
  expect(row).toMatch(/^istio_requests_total\{source_workload=/);
  expect(row).not.toContain('response_code');
  expect(rowOf(changes, 'istio_request_bytes_count{')).toContain('response_code="200"');
});

it('a metric that is dropped has no series', () => {
  expect(rowOf([change({ drop: true })], 'istio_requests_total{')).toBeUndefined();
});

it('connections are counted by the same rules; what they have not is unknown', () => {
  const registry = createMetricRegistry();
  const metrics = createIstioTcpMetrics({ registry, proxy });
  const { connection } = testExchange();
  const table = {
    metrics: [
      change({
        name: 'tcp_connections_opened_total',
        remove: ['source_app'],
        set: [
          ['mtls', 'connection.mtls'],
          ['host', 'request.headers.host'],
        ],
      }),
      change({ name: 'tcp_sent_bytes_total', drop: true }),
    ],
  };
  const source = {
    ...{ direction: 'inbound' as const, downstreamPeerUri: 'spiffe://a', upstreamPeerUri: undefined },
    ...{ cluster: undefined, endpoint: undefined, connection },
  };
  const places = metrics(source, '-', table);
  expect([places.sentBytes, places.closed === undefined]).toEqual([undefined, false]);
  places.opened?.add(1);
  const row = registry
    .renderPrometheus()
    .split('\n')
    .find((one) => one.startsWith('istio_tcp_connections_opened_total{'));
  expect(row).toContain('mtls="true",host="unknown"');
  expect(row).not.toContain('source_app');
});

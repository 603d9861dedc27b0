/** What is counted of gRPC requests. */

import { createMetricRegistry } from '@weft/telemetry';
import { expect, it } from 'vitest';
import { grpcMessagesOf } from '../grpc-messages.ts';
import { type TestExchangeOptions, testExchange } from '../testing/exchange.ts';
import { compileJson } from '../testing/kinds.ts';
import { createGrpcStatsKind } from './grpc-stats.ts';

function setUp(config: object) {
  const registry = createMetricRegistry();
  const filter = compileJson(createGrpcStatsKind({ registry }), config as never);
  const pass = (options: TestExchangeOptions = {}, trailers: string[] = []) => {
    const exchange = testExchange({ target: '/a.B/C', fields: ['content-type', 'application/grpc'], ...options });
    expect(filter.onRequest?.(exchange)).toBe(true);
    exchange.responseTrailers = trailers;
    filter.onComplete?.(exchange);
    return exchange;
  };
  return { registry, pass };
}

it('counts messages of gRPC requests, and of no others', () => {
  const { pass } = setUp({ emitFilterState: true });
  expect(grpcMessagesOf(pass())).toBeDefined();
  expect(grpcMessagesOf(pass({ fields: [] }))).toBeUndefined();
});

it('counts requests by method and status where it is asked for', () => {
  const { registry, pass } = setUp({ statsForAllMethods: true });
  pass({}, ['grpc-status', '5']);
  pass({ target: '/no-method' }, ['grpc-status', '0']);
  pass({ fields: [] });
  const lines = registry.renderPrometheus().split('\n');
  expect(lines.filter((line) => line.startsWith('weft_grpc_requests_total'))).toEqual([
    'weft_grpc_requests_total{service="a.B",method="C",grpc_status="5"} 1',
  ]);
  const quiet = setUp({});
  quiet.pass({}, ['grpc-status', '0']);
  expect(quiet.registry.renderPrometheus()).not.toMatch(/^weft_grpc_requests_total\{/m);
});

it('refuses a list of methods by name', () => {
  expect(() => setUp({ individualMethodStatsAllowlist: {} })).toThrow('individual_method_stats_allowlist');
});

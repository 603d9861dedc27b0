/** Faults on purpose; statuses, bodies and flags were taken from a running Envoy 1.40. */

import type { JsonValue } from '@bufbuild/protobuf';
import { filterDisabled } from '@weft/data-runtime';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import { type TestExchangeOptions, testExchange } from '../testing/exchange.ts';
import { compileJson, compileRouteJson, withRouteConfig } from '../testing/kinds.ts';
import { activeFaultsMax, createFaultKind } from './kind.ts';
import { headerDelayMaxMs } from './settings.ts';

const always = { numerator: 100 };

function setUp(config: JsonValue) {
  const clock = createManualClock();
  const registry = createMetricRegistry();
  const kind = createFaultKind({ clock, random: createSeededRandom(1), registry });
  const filter = compileJson(kind, config);
  const run = (options: TestExchangeOptions = {}) => {
    const exchange = testExchange(options);
    return { exchange, on: filter.onRequest?.(exchange) };
  };
  return { clock, registry, kind, filter, run };
}

describe('fault: abort', () => {
  const grpc = { fields: ['content-type', 'application/grpc'] };
  const rows = [
    ['an HTTP status', { httpStatus: 418 }, {}, 418, -1],
    ['an HTTP status for gRPC', { httpStatus: 418 }, grpc, 418, -1],
    ['a gRPC status', { grpcStatus: 8 }, grpc, 200, 8],
    ['a gRPC status for HTTP', { grpcStatus: 8 }, {}, 200, 8],
    ['what a header asks for', { headerAbort: {} }, { fields: ['x-envoy-fault-abort-request', '503'] }, 503, -1],
    ['the gRPC status of a header', { headerAbort: {} }, { fields: ['x-envoy-fault-abort-grpc-request', '5'] }, 200, 5],
    [
      'the HTTP status of two headers',
      { headerAbort: {} },
      { fields: ['x-envoy-fault-abort-grpc-request', '5', 'x-envoy-fault-abort-request', '503'] },
      503,
      -1,
    ],
  ] as const;
  for (const [what, abort, options, status, grpcStatus] of rows) {
    it(`answers with ${what}`, () => {
      const { exchange, on } = setUp({ abort: { ...abort, percentage: always } }).run(options);
      expect(on).toBe(false);
      const details = 'fault_filter_abort';
      expect(exchange.outcome).toMatchObject({ status, grpcStatus, body: 'fault filter abort', details, fields: [] });
      expect(exchange.flag).toBe('FI');
    });
  }

  const header = 'x-envoy-fault-abort-request';
  const passing = [
    ['999', 100, []],
    ['100', 100, []],
    ['abc', 100, []],
    ['503', 100, [`${header}-percentage`, '0']],
    ['503', 0, [`${header}-percentage`, '100']],
  ] as const;
  for (const [value, numerator, more] of passing) {
    it(`lets a request pass that asks for ${value} ${more.join(' ')} at ${numerator} percent`, () => {
      const { run } = setUp({ abort: { headerAbort: {}, percentage: { numerator } } });
      expect(run({ fields: [header, value, ...more] }).on).toBe(true);
    });
  }

  it('happens to a share of requests, in every denominator', () => {
    for (const [denominator, numerator] of [
      ['HUNDRED', 25],
      ['TEN_THOUSAND', 2_500],
      ['MILLION', 250_000],
    ] as const) {
      const { run } = setUp({ abort: { httpStatus: 503, percentage: { numerator, denominator } } });
      let aborted = 0;
      for (let i = 0; i < 1_000; i += 1) aborted += run().on === true ? 0 : 1;
      expect(aborted).toBeGreaterThan(200);
      expect(aborted).toBeLessThan(300);
    }
  });

  it('happens only where headers, nodes and the cluster match', () => {
    const abort = { httpStatus: 503, percentage: always };
    const headers = [{ name: 'end-user', stringMatch: { exact: 'jason' } }];
    expect(setUp({ abort, headers }).run({ fields: ['end-user', 'jason'] }).on).toBe(false);
    expect(setUp({ abort, headers }).run({ fields: ['end-user', 'anna'] }).on).toBe(true);
    const node = setUp({ abort, downstreamNodes: ['a'] });
    expect(node.run({ fields: ['x-envoy-downstream-service-node', 'a'] }).on).toBe(false);
    expect(node.run().on).toBe(true);
    expect(setUp({ abort, upstreamCluster: 'other' }).run().on).toBe(true);
  });
});

describe('fault: delay', () => {
  it('holds a request for its time, then lets it go', () => {
    const { clock, run, registry } = setUp({ delay: { fixedDelay: '0.2s', percentage: always } });
    const { exchange, on } = run();
    expect([on, exchange.flag]).toEqual([false, 'DI']);
    clock.advance(199);
    expect(exchange.outcome.kind).toBe('none');
    clock.advance(1);
    expect(exchange.outcome.kind).toBe('proceed');
    expect(registry.renderPrometheus()).toContain(
      'envoy_http_fault_delays_injected{envoy_http_conn_manager_prefix="p"} 1',
    );
  });

  it('comes before an abort', () => {
    const { clock, run } = setUp({
      delay: { fixedDelay: '0.1s', percentage: always },
      abort: { httpStatus: 503, percentage: always },
    });
    const { exchange } = run();
    expect(exchange.outcome.kind).toBe('none');
    clock.advance(100);
    expect(exchange.outcome).toMatchObject({ kind: 'answer', status: 503 });
    expect(exchange.flag).toBe('DI,FI');
  });

  it('takes the time that a header says', () => {
    const { clock, run } = setUp({ delay: { headerDelay: {}, percentage: always } });
    const { exchange, on } = run({ fields: ['x-envoy-fault-delay-request', '100'] });
    expect(on).toBe(false);
    clock.advance(100);
    expect(exchange.outcome.kind).toBe('proceed');
    for (const value of ['0', 'abc', '-1'])
      expect(run({ fields: ['x-envoy-fault-delay-request', value] }).on).toBe(true);
  });

  it('takes no more time from a header than its bound', () => {
    const { clock, run } = setUp({ delay: { headerDelay: {}, percentage: always } });
    const { exchange } = run({ fields: ['x-envoy-fault-delay-request', String(headerDelayMaxMs * 2)] });
    clock.advance(headerDelayMaxMs - 1);
    expect(exchange.outcome.kind).toBe('none');
    clock.advance(1);
    expect(exchange.outcome.kind).toBe('proceed');
  });

  it('ends when the client goes away', () => {
    const { clock, filter, run } = setUp({ delay: { fixedDelay: '0.2s', percentage: always } });
    const { exchange } = run();
    filter.onComplete?.(exchange);
    expect(clock.pending()).toBe(0);
  });
});

describe('fault: bounds', () => {
  it('has no more than max_active_faults at a time', () => {
    const { filter, registry, run } = setUp({ delay: { fixedDelay: '1s', percentage: always }, maxActiveFaults: 1 });
    const first = run();
    expect(first.on).toBe(false);
    expect(run().on).toBe(true);
    filter.onComplete?.(first.exchange);
    expect(run().on).toBe(false);
    expect(registry.renderPrometheus()).toContain(
      'envoy_http_fault_faults_overflow{envoy_http_conn_manager_prefix="p"} 1',
    );
  });

  it('has none where max_active_faults is 0', () => {
    expect(setUp({ abort: { httpStatus: 503, percentage: always }, maxActiveFaults: 0 }).run().on).toBe(true);
  });

  it('has a bound where none is given', () => {
    const { clock, run } = setUp({ delay: { fixedDelay: '1s', percentage: always } });
    for (let i = 0; i < activeFaultsMax; i += 1) run();
    expect(clock.pending()).toBe(activeFaultsMax);
    expect(run().on).toBe(true);
  });
});

describe('fault: configuration', () => {
  it('takes what a route says over what the listener says', () => {
    const { kind, filter } = setUp({ abort: { httpStatus: 503, percentage: always } });
    const own = compileRouteJson(kind, { abort: { httpStatus: 404, percentage: always } });
    const exchange = withRouteConfig(testExchange(), own);
    filter.onRequest?.(exchange);
    expect(exchange.outcome.status).toBe(404);
    expect(filter.onRequest?.(withRouteConfig(testExchange(), filterDisabled))).toBe(true);
  });

  it('refuses what makes no sense', () => {
    expect(() => setUp({ abort: { httpStatus: 199 } })).toThrow('http_status');
    expect(() => setUp({ abort: {} })).toThrow('neither');
    expect(() => setUp({ delay: { fixedDelay: '0s' } })).toThrow('fixed_delay');
  });
});

/** The adaptive limit; the answer was taken from a running Envoy 1.40, the figures follow its gradient's formula. */

import type { JsonValue } from '@bufbuild/protobuf';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { compileJson, packJson } from '../testing/kinds.ts';
import { GradientController, type GradientSettings, windowsAtMinimumMax } from './gradient.ts';
import { createAdaptiveConcurrencyKind } from './kind.ts';
import { LatencySamples, latencySamplesMax } from './samples.ts';

const settings: GradientSettings = {
  percentile: 0.5,
  limitMax: 100,
  updateIntervalMs: 100,
  idleIntervalMs: 60_000,
  idleRequests: 5,
  jitter: 0,
  limitMin: 3,
  buffer: 0.25,
};

function setUp(more: Partial<GradientSettings> = {}) {
  const clock = createManualClock();
  const controller = new GradientController({ ...settings, ...more }, clock, createSeededRandom(1));
  const request = (latencyMs: number) => {
    const admitted = controller.admit();
    const startedMs = clock.monotonic();
    clock.advance(latencyMs);
    if (admitted) controller.end(startedMs);
    return admitted;
  };
  return { clock, controller, request };
}

describe('the gradient', () => {
  it('measures the idle latency at the least limit first', () => {
    const { controller, request } = setUp();
    expect([controller.measuring, controller.limit]).toEqual([true, 3]);
    for (let i = 0; i < 5; i += 1) request(10);
    expect([controller.measuring, controller.idleMs, controller.limit]).toEqual([false, 10, 3]);
  });

  it('grows while latency is that of an idle upstream and falls when it is more', () => {
    const { clock, controller, request } = setUp();
    for (let i = 0; i < 5; i += 1) request(10);
    for (let i = 0; i < 10; i += 1) request(10);
    request(10);
    // 3 × 1.25 + √3.75
    expect([controller.gradient, controller.limit]).toEqual([1.25, 5]);
    for (let window = 0; window < 30; window += 1) for (let i = 0; i < 11; i += 1) request(10);
    const grown = controller.limit;
    expect(grown).toBeGreaterThan(30);
    expect(grown).toBeLessThanOrEqual(100);
    for (let i = 0; i < 4; i += 1) request(100);
    expect(controller.gradient).toBe(0.5);
    expect(controller.limit).toBeLessThan(grown);
    expect(clock.pending()).toBe(0);
  });

  it('measures anew when the interval is over, and returns to its limit', () => {
    const { clock, controller, request } = setUp();
    for (let window = 0; window < 10; window += 1) for (let i = 0; i < 11; i += 1) request(10);
    clock.advance(60_000);
    request(10);
    expect([controller.measuring, controller.limit]).toEqual([true, 3]);
    for (let i = 0; i < 5; i += 1) request(20);
    expect([controller.measuring, controller.limit > 3]).toEqual([false, true]);
  });

  it('measures anew where it stays at its least limit, window after window', () => {
    const { controller, request } = setUp();
    for (let i = 0; i < 5; i += 1) request(10);
    // The window that the measurement fell into has no sample.
    request(100);
    let windows = 0;
    while (!controller.measuring) {
      request(100);
      windows += 1;
    }
    expect(windows).toBe(windowsAtMinimumMax);
  });

  it('admits no more than its limit, and a dropped request makes room without a sample', () => {
    const { controller } = setUp();
    expect([controller.admit(), controller.admit(), controller.admit(), controller.admit()]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    controller.drop();
    expect([controller.admit(), controller.outstanding]).toEqual([true, 3]);
  });

  it('keeps a bounded choice of latencies', () => {
    const samples = new LatencySamples(createSeededRandom(1));
    for (let i = 0; i < latencySamplesMax * 4; i += 1) samples.add(i);
    const median = samples.percentile(0.5) / (latencySamplesMax * 4);
    expect(median).toBeGreaterThan(0.45);
    expect(median).toBeLessThan(0.55);
  });
});

describe('adaptive_concurrency', () => {
  const gradient = (more: object = {}) => ({
    concurrencyLimitParams: { concurrencyUpdateInterval: '0.1s' },
    minRttCalcParams: { interval: '60s', minConcurrency: 1, ...more },
  });
  const make = () =>
    createAdaptiveConcurrencyKind({
      clock: createManualClock(),
      random: createSeededRandom(1),
      registry: createMetricRegistry(),
    });

  it('answers 503 over the limit, without a flag', () => {
    const filter = compileJson(make(), { gradientControllerConfig: gradient() } as JsonValue);
    const first = testExchange();
    expect(filter.onRequest?.(first)).toBe(true);
    const second = testExchange();
    expect(filter.onRequest?.(second)).toBe(false);
    expect(second.outcome).toMatchObject({
      status: 503,
      body: 'reached concurrency limit',
      details: 'reached_concurrency_limit',
    });
    expect(second.flag).toBe('-');
    filter.onComplete?.(second);
    filter.onComplete?.(first);
    expect(filter.onRequest?.(testExchange())).toBe(true);
  });

  it('does nothing where it is not enabled, and refuses what is missing', () => {
    const kind = make();
    const context = { clusterRef: () => ({ current: undefined }), direction: 'inbound', statPrefix: 'p' } as const;
    const off = {
      gradientControllerConfig: gradient(),
      enabled: { defaultValue: false, runtimeKey: 'k' },
    } as JsonValue;
    expect(kind.compile(packJson(kind.schema, off), 'f', context, 'x')).toBeUndefined();
    expect(() => compileJson(kind, {})).toThrow('gradient_controller_config');
    expect(() => compileJson(kind, { gradientControllerConfig: gradient({ requestCount: 0 }) } as JsonValue)).toThrow(
      'request_count',
    );
  });
});

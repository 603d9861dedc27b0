/** The verdict over all probes of a workload, and when it is told. */

import type { ProbeSender } from '@weft/data-health';
import type { Endpoint, HealthProbe, Tables } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { describe, expect, test } from 'vitest';
import { testProbe } from './testing/probe.ts';
import { createWorkloadHealth, probersMax } from './workload-health.ts';

const probe = testProbe({
  kind: 'http',
  host: 'app',
  path: '/ready',
  method: 'GET',
  headers: [],
  headersToRemove: [],
  expectedStatuses: [],
  retriableStatuses: [],
  http2: false,
  send: undefined,
  receive: [],
  bodyBytesMax: 0,
});

function setUp(count: number, change: Partial<HealthProbe> = {}) {
  const clock = createManualClock();
  const statuses = new Map<number, number>();
  const reports: unknown[] = [];
  let ports = Array.from({ length: count }, (_, at) => at + 1);
  const at = (port: number) => ({ address: '127.0.0.1', port }) as unknown as Endpoint;
  const cluster = (endpoints: Endpoint[]) => ({
    name: 'c',
    endpoints,
    http: {},
    limits: {},
    service: {},
    connectTimeoutMs: 1,
  });
  const tables = {
    get clusters() {
      return new Map([
        ['inbound|1||', cluster(ports.map(at))],
        ['outbound|1||x', cluster([at(99)])],
      ]);
    },
    probesOf: () => [{ ...probe, ...change }],
  } as unknown as Tables;
  const probed = new Set<number>();
  const sender: ProbeSender = {
    request(_cluster, { port }, _request, done) {
      probed.add(port);
      return clock.after(0, () =>
        done({ status: statuses.get(port) ?? 200, fields: [], trailers: [], body: Buffer.alloc(0) }),
      );
    },
    connect: () => () => {},
  };
  const health = createWorkloadHealth({
    clock,
    tables,
    report: (healthy, message) => reports.push([healthy, message]),
    sender,
  });
  return { clock, statuses, reports, health, probed, setPorts: (next: number[]) => (ports = next) };
}

describe('the health of a workload', () => {
  test('all probes of inbound clusters must be well, and each change is reported once', () => {
    const { clock, statuses, reports, health, probed } = setUp(2);
    statuses.set(1, 302);
    statuses.set(2, 503);
    health.refresh();
    clock.advance(0);
    expect(reports).toEqual([[false, '127.0.0.1:2: status 503']]);
    statuses.delete(2);
    clock.advance(3_000);
    expect(reports).toEqual([
      [false, '127.0.0.1:2: status 503'],
      [true, ''],
    ]);
    expect([...probed]).toEqual([1, 2]);
    health.stop();
    expect(clock.pending()).toBe(0);
  });

  test('the first answer decides, then the thresholds do, for answers that say so themselves, too', () => {
    const { clock, statuses, reports, health } = setUp(1, { unhealthyThreshold: 3, healthyThreshold: 2 });
    health.refresh();
    clock.advance(0);
    expect(reports).toEqual([[true, '']]);
    statuses.set(1, 500);
    clock.advance(2_000);
    expect(reports).toHaveLength(1);
    clock.advance(1_000);
    expect(reports.at(-1)).toEqual([false, '127.0.0.1:1: status 500']);
    statuses.delete(1);
    clock.advance(1_000);
    expect(reports).toHaveLength(2);
    clock.advance(1_000);
    expect(reports.at(-1)).toEqual([true, '']);
    health.stop();
  });

  test('a refresh keeps probers that stay and ends those that go', () => {
    const { clock, health, statuses, reports, setPorts } = setUp(2);
    statuses.set(2, 500);
    health.refresh();
    clock.advance(0);
    setPorts([1]);
    health.refresh();
    expect(reports.at(-1)).toEqual([true, '']);
    expect(clock.pending()).toBe(1);
    health.stop();
  });

  test('probers have a bound', () => {
    const { clock, health, probed } = setUp(probersMax + 5);
    health.refresh();
    clock.advance(0);
    expect(probed.size).toBe(probersMax);
    health.stop();
  });
});

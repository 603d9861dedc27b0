/** The watch over what stands for an Envoy's admin port. */

import { createServer, type Server } from 'node:http';
import { createManualClock } from '@weft/kernel';
import { freePort, patience } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EnvoyWatch } from './envoy-watch.ts';

const inbound = 'cluster.inbound|8080||';
const connections = 'listener.127.0.0.1_15006.downstream_cx_active';

let stats: Record<string, number>;
let asked: string[];
let server: Server;
let clock: ReturnType<typeof createManualClock>;
let reports: string[];
let watch: EnvoyWatch;

beforeEach(async () => {
  stats = {
    'cluster_manager.cds.update_success': 1,
    'listener_manager.lds.update_success': 1,
    'listener_manager.listener_create_failure': 0,
    'listener_manager.workers_started': 1,
    'server.state': 0,
    [`${inbound}.membership_total`]: 1,
    [`${inbound}.membership_healthy`]: 1,
  };
  asked = [];
  reports = [];
  clock = createManualClock();
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://envoy');
    asked.push(`${request.method} ${url.pathname}${url.pathname === '/stats' ? '' : url.search}`);
    const filter = new RegExp(url.searchParams.get('filter') ?? '');
    const lines = Object.entries(stats).map(([name, value]) => (filter.test(name) ? `${name}: ${value}\n` : ''));
    response.end(lines.join(''));
  });
  const admin = { host: '127.0.0.1', port: await freePort() };
  await new Promise<void>((done) => server.listen(admin.port, admin.host, done));
  watch = new EnvoyWatch({
    admin,
    ...{ clock, log: createLogger({ name: 'test', level: 'silent' }) },
    report: (healthy, reason) => void reports.push(healthy ? 'healthy' : reason),
  });
});

afterEach(() => {
  watch.stop();
  server.close();
});

/** The next look, and its answer. */
async function look(): Promise<void> {
  await vi.waitFor(() => expect(clock.pending()).toBe(1), patience);
  clock.advance(500);
  await vi.waitFor(() => expect(clock.pending()).toBe(1), patience);
}

/** Lets time pass until it has drained. @returns the milliseconds it took. */
async function drained(seconds: number): Promise<number> {
  const from = clock.monotonic();
  let over = false;
  const drain = watch.drain(seconds).then(() => {
    over = true;
  });
  while (!over) {
    if (clock.pending() > 0) clock.advance(10);
    await new Promise(setImmediate);
  }
  await drain;
  return clock.monotonic() - from;
}

describe('the watch over an Envoy', () => {
  it('says that it is ready, and how its application is, where that changes', async () => {
    expect(watch.notReady()).toBe('Envoy does not answer yet');
    watch.start();
    await look();
    expect(watch.notReady()).toBeUndefined();
    stats[`${inbound}.membership_healthy`] = 0;
    await look();
    await look();
    expect(reports).toEqual(['healthy', 'the probe of inbound|8080|| fails']);
  });

  it('says how the application is also while a listener has failed, and is ready again after the next update', async () => {
    watch.start();
    await look();
    stats['listener_manager.listener_create_failure'] = 1;
    await look();
    expect(watch.notReady()).toContain('could not open a listener');
    stats[`${inbound}.membership_healthy`] = 0;
    await look();
    expect(reports).toEqual(['healthy', 'the probe of inbound|8080|| fails']);
    stats['listener_manager.lds.update_success'] = 2;
    await look();
    expect(watch.notReady()).toBeUndefined();
  });

  it('says nothing of the application before Envoy has been ready', async () => {
    stats['listener_manager.workers_started'] = 0;
    watch.start();
    await look();
    expect(reports).toEqual([]);
  });

  it('drains one that is not ready', async () => {
    stats['listener_manager.listener_create_failure'] = 1;
    watch.start();
    await look();
    await drained(2);
    expect(asked).toContain('POST /drain_listeners?graceful&skip_exit');
  });

  it('waits for connections of the workload as long as it may, and not for those of administration', async () => {
    stats['listener.admin.downstream_cx_active'] = 1;
    stats['listener.admin_prometheus.downstream_cx_active'] = 1;
    expect(await drained(2)).toBeLessThan(500);
    stats[connections] = 1;
    expect(await drained(2)).toBeGreaterThanOrEqual(2_000);
  });

  it('does not wait for one that does not answer', async () => {
    server.close();
    expect(await drained(2)).toBe(0);
    expect(asked).toEqual([]);
  });
});

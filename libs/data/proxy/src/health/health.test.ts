import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { HealthProbe, Tables } from '@weft/data-runtime';
import { type Cancel, createManualClock, systemClock } from '@weft/kernel';
import { afterEach, describe, expect, test } from 'vitest';
import { type RunProbe, runProbe } from './probe.ts';
import { startProber, type Verdict } from './prober.ts';
import { createWorkloadHealth, probersMax } from './workload-health.ts';

const tcpProbe: HealthProbe = {
  intervalMs: 1000,
  timeoutMs: 500,
  initialDelayMs: 0,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  check: { kind: 'tcp' },
};
const target = { address: '127.0.0.1', port: 1 };

/** Answers each probe at once with what `next` says. */
function scripted(next: () => string | undefined): RunProbe {
  return (_probe, _target, clock, onResult): Cancel => clock.after(0, () => onResult(next()));
}

describe('the prober', () => {
  test('the first answer decides, then the thresholds do', () => {
    const clock = createManualClock();
    const answers: (string | undefined)[] = [undefined, 'x', 'x', undefined, 'x', 'x', 'x', undefined, undefined];
    const verdicts: Verdict[] = [];
    const stop = startProber(tcpProbe, target, { clock, run: scripted(() => answers.shift()) }, (verdict) =>
      verdicts.push(verdict),
    );
    clock.advance(0);
    expect(verdicts).toEqual([{ healthy: true, reason: '' }]);
    clock.advance(5_000);
    expect(verdicts).toHaveLength(1);
    clock.advance(1_000);
    expect(verdicts.at(-1)).toEqual({ healthy: false, reason: 'x' });
    clock.advance(2_000);
    expect(verdicts.at(-1)).toEqual({ healthy: true, reason: '' });
    expect(verdicts).toHaveLength(3);
    stop();
    expect(clock.pending()).toBe(0);
  });
});

describe('probes', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const listen = async (made: Server): Promise<{ address: string; port: number }> => {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return { address: '127.0.0.1', port: (made.address() as AddressInfo).port };
  };
  const probe = (check: HealthProbe['check'], at: { address: string; port: number }, clock = systemClock) =>
    new Promise<string | undefined>((resolve) => {
      runProbe({ ...tcpProbe, timeoutMs: 5_000, check }, at, clock, resolve);
    });
  const http = (path: string): HealthProbe['check'] => ({ kind: 'http', host: 'app', path, headers: ['x-a', 'b'] });

  test('an HTTP probe sends its headers; 200 to 399 is healthy', async () => {
    const at = await listen(
      createHttpServer((request, response) => {
        const right = request.headers.host === 'app' && request.headers['x-a'] === 'b';
        response.writeHead(right ? Number(request.url?.slice(1)) : 500).end('body');
      }),
    );
    expect(await probe(http('/200'), at)).toBeUndefined();
    expect(await probe(http('/302'), at)).toBeUndefined();
    expect(await probe(http('/503'), at)).toBe('status 503');
  });

  test('a path that HTTP does not allow is a failed probe', async () => {
    expect(await probe(http('/a b'), target)).toMatch(/unescaped characters/);
  });

  test('a TCP probe needs a connection', async () => {
    const at = await listen(createServer((socket) => socket.destroy()));
    expect(await probe({ kind: 'tcp' }, at)).toBeUndefined();
    await new Promise((resolve) => server?.close(resolve));
    expect(await probe({ kind: 'tcp' }, at)).toBe('ECONNREFUSED');
    expect(await probe(http('/'), at)).toBe('ECONNREFUSED');
  });

  test('an endpoint that does not answer in time is unhealthy', async () => {
    const clock = createManualClock();
    const accepted = new Promise<void>((resolve) => {
      server = createServer(() => resolve());
    });
    const at = await listen(server as Server);
    const result = probe(http('/'), at, clock);
    await accepted;
    clock.advance(5_000);
    expect(await result).toBe('no answer within 5000 ms');
  });
});

describe('the health of a workload', () => {
  function setUp(count: number) {
    const clock = createManualClock();
    const answers = new Map<number, string | undefined>();
    const reports: unknown[] = [];
    let ports = Array.from({ length: count }, (_, at) => at + 1);
    const tables = {
      get clusters() {
        const endpoints = ports.map((port) => ({ address: '127.0.0.1', port }));
        return new Map([
          ['inbound|1||', { endpoints }],
          ['outbound|1||x', { endpoints: [{ address: '127.0.0.1', port: 99 }] }],
        ]);
      },
      probesOf: () => [{ ...tcpProbe, unhealthyThreshold: 1, healthyThreshold: 1 }],
    } as unknown as Tables;
    const probed = new Set<number>();
    const health = createWorkloadHealth({
      clock,
      tables,
      report: (healthy, message) => reports.push([healthy, message]),
      run: (_probe, { port }, at, onResult) => {
        probed.add(port);
        return at.after(0, () => onResult(answers.get(port)));
      },
    });
    return { clock, answers, reports, health, probed, setPorts: (next: number[]) => (ports = next) };
  }

  test('all probes of inbound clusters must be well, and each change is reported once', () => {
    const { clock, answers, reports, health, probed } = setUp(2);
    answers.set(2, 'refused');
    health.refresh();
    clock.advance(0);
    expect(reports).toEqual([[false, '127.0.0.1:2: refused']]);
    answers.delete(2);
    clock.advance(3_000);
    expect(reports).toEqual([
      [false, '127.0.0.1:2: refused'],
      [true, ''],
    ]);
    expect([...probed]).toEqual([1, 2]);
    health.stop();
    expect(clock.pending()).toBe(0);
  });

  test('a refresh keeps probers that stay and ends those that go', () => {
    const { clock, health, answers, reports, setPorts } = setUp(2);
    answers.set(2, 'refused');
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

import dns from 'node:dns';
import { createManualClock, createSeededRandom, systemClock } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { ChargeStatus, Payment } from '@weft/service-contracts/shop/payment/v1/payment';
import { createMemoryDiscovery } from '@weft/service-discovery';
import { activeTraceId, startServerSpan, startTracing } from '@weft/service-tracing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ServiceError } from '../errors/service-error.ts';
import { createLogger } from '../observe/logger.ts';
import { createMetrics } from '../observe/metrics.ts';
import { type ConnectProxy, startConnectProxy } from '../testing/connect-proxy.ts';
import type { AddressBook } from './channels.ts';
import { createGrpcClient, type GrpcClient, type GrpcClientOptions } from './client.ts';
import { createGrpcServer, type GrpcHandlers, type GrpcServer, implementService } from './server.ts';

const log = createLogger({ service: 'test', version: 'v1', level: 'silent' });
const metrics = createMetrics('test', 'v1');
const ends: (() => Promise<void> | void)[] = [];
beforeAll(() => startTracing({ serviceName: 'test', serviceVersion: 'v1' }));
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(
  handlers: Partial<GrpcHandlers<typeof Payment>>,
  port = 0,
  connectionAgeMaxMs?: number,
): Promise<{ server: GrpcServer; port: number }> {
  const missing = async (): Promise<never> => {
    throw new Error('not expected');
  };
  const all = { charge: missing, void: missing, getCharge: missing, ...handlers };
  const server = createGrpcServer({
    services: [implementService(Payment, all)],
    log,
    metrics,
    clock: systemClock,
    connectionAgeMaxMs,
  });
  ends.push(() => server.stop(0));
  return { server, port: await server.listen('127.0.0.1', port) };
}

function call(addresses: AddressBook, more: Partial<GrpcClientOptions> = {}): GrpcClient<typeof Payment>['calls'] {
  const world = { log, metrics, clock: systemClock, random: createSeededRandom(1) };
  const client = createGrpcClient(Payment, { ...world, addresses, ...more });
  ends.push(() => client.stop());
  return client.calls;
}

async function proxy(portOf: () => number | 'never'): Promise<ConnectProxy> {
  const made = await startConnectProxy(portOf);
  ends.push(() => made.stop());
  vi.stubEnv('grpc_proxy', made.url);
  return made;
}

const charged = async () => ({ chargeId: 'c-1', status: ChargeStatus.CHARGED, servedBy: 'v1' });
const request = { idempotencyKey: 'k', orderId: 'o', amountCents: 5n, paymentToken: 'tok_ok' };

describe('gRPC between services', () => {
  it('carries messages and the trace', async () => {
    const seen: unknown[] = [];
    const { port } = await serve({
      async charge({ amountCents }) {
        seen.push(amountCents, activeTraceId());
        return charged();
      },
    });
    const span = startServerSpan('test', {});
    const { charge } = call({ target: `127.0.0.1:${port}` });
    const answer = await span.run(() => charge(request));
    expect(answer).toMatchObject({ chargeId: 'c-1', status: ChargeStatus.CHARGED });
    expect(seen).toEqual([5n, span.run(activeTraceId)]);
  });

  it("gives the caller the callee's own code, and nothing of an unexpected failure", async () => {
    const { port } = await serve({
      async charge() {
        throw new ServiceError('idempotency_conflict');
      },
      async void() {
        throw new Error('password=hunter2');
      },
    });
    const calls = call({ target: `127.0.0.1:${port}` });
    await expect(calls.charge(request)).rejects.toMatchObject({ code: 'idempotency_conflict' });
    const failure = await calls.void({}).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'internal' });
    expect(String(failure)).not.toContain('hunter2');
  });

  it('takes messages up to 256 KiB', async () => {
    const { port } = await serve({ charge: charged });
    const { charge } = call({ target: `127.0.0.1:${port}` }, { random: () => 0 });
    const withBytes = (bytes: number) => charge({ ...request, paymentToken: 'x'.repeat(bytes) });
    await expect(withBytes(255 * 1024)).resolves.toMatchObject({ chargeId: 'c-1' });
    await expect(withBytes(256 * 1024)).rejects.toThrow();
  });

  it('waits no longer than its time', async () => {
    const { port } = await serve({ charge: () => new Promise(() => {}) });
    const outcome = call({ target: `127.0.0.1:${port}` }, { timeoutMs: 50 }).charge(request);
    await expect(outcome).rejects.toMatchObject({ code: 'dependency_timeout' });
  });

  it('repeats a call that did not get through', async () => {
    const { server, port } = await serve({ charge: charged });
    await server.stop(0);
    const outcome = call({ target: `127.0.0.1:${port}` }, { random: () => 1 }).charge(request);
    await serve({ charge: charged }, port);
    await expect(outcome).resolves.toMatchObject({ chargeId: 'c-1' });
  });

  it('repeats no call that was refused', async () => {
    let calls = 0;
    const { port } = await serve({
      async charge() {
        calls++;
        throw new ServiceError('request_invalid');
      },
    });
    await expect(call({ target: `127.0.0.1:${port}` }).charge(request)).rejects.toMatchObject({
      code: 'request_invalid',
    });
    expect(calls).toBe(1);
  });

  it('calls the instances that discovery knows in turn, and says so when there is none', async () => {
    const discovery = createMemoryDiscovery();
    const calls = call({ discovery, service: 'payment', portName: 'grpc' }, { timeoutMs: 200 });
    await expect(calls.charge(request)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    for (const id of ['a', 'b']) {
      const { port } = await serve({ charge: async () => ({ ...(await charged()), servedBy: id }) });
      await discovery.register({ id, service: 'payment', version: 'v1', host: '127.0.0.1', ports: { grpc: port } });
    }
    const servedBy = [];
    for (let i = 0; i < 4; i++) servedBy.push((await calls.charge(request)).servedBy);
    expect(servedBy.sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('drains: a call in progress is answered while the server stops', async () => {
    const gate: { open: () => void } = { open: () => {} };
    const { server, port } = await serve({
      charge: async () => {
        await new Promise<void>((resolve) => {
          gate.open = resolve;
        });
        return charged();
      },
    });
    const outcome = call({ target: `127.0.0.1:${port}` }).charge(request);
    await vi.waitFor(() => expect(String(gate.open)).not.toBe('() => {}'), patience);
    const stopped = server.stop(5000);
    gate.open();
    await expect(outcome).resolves.toMatchObject({ chargeId: 'c-1' });
    await stopped;
  });

  it('ends calls that do not end within the time to drain', async () => {
    const clock = createManualClock();
    const server = createGrpcServer({ services: [], log, metrics, clock });
    await server.listen('127.0.0.1', 0);
    const stopped = server.stop(1000);
    clock.advance(1000);
    await stopped;
  });
});

describe('gRPC through the proxy that grpc_proxy names', () => {
  it('asks the proxy for the name, and looks the name up nowhere', async () => {
    const { port } = await serve({ charge: charged });
    const { targets } = await proxy(() => port);
    const lookups = [
      vi.spyOn(dns, 'lookup'),
      vi.spyOn(dns.promises, 'lookup'),
      vi.spyOn(dns.promises.Resolver.prototype, 'resolve4'),
      vi.spyOn(dns.promises.Resolver.prototype, 'resolveTxt'),
    ];
    const answer = await call({ target: 'inventory.shop.svc.cluster.local:9090' }).charge(request);
    expect(answer.chargeId).toBe('c-1');
    expect(targets).toEqual(['inventory.shop.svc.cluster.local:9090']);
    const names = lookups.flatMap((spy) => spy.mock.calls.map(([name]) => String(name)));
    expect(names.filter((name) => name.includes('inventory'))).toEqual([]);
  });

  it('opens a new connection when the old one reaches its age, and loses no call', async () => {
    const { port } = await serve({ charge: charged }, 0, 100);
    const { targets } = await proxy(() => port);
    const { charge } = call({ target: 'payment.shop.svc.cluster.local:9090' });
    await vi.waitFor(
      async () => {
        expect((await charge(request)).chargeId).toBe('c-1');
        expect(targets.length).toBeGreaterThan(2);
      },
      { timeout: 3000, interval: 10 },
    );
  });

  it('asks again where the proxy never answered', async () => {
    const { port } = await serve({ charge: charged });
    let asked = 0;
    await proxy(() => (++asked === 1 ? 'never' : port));
    const { charge } = call({ target: 'payment.shop.svc.cluster.local:9090' }, { timeoutMs: 300 });
    await expect(charge(request)).rejects.toMatchObject({ code: 'dependency_timeout' });
    await expect(charge(request)).resolves.toMatchObject({ chargeId: 'c-1' });
    expect(asked).toBe(2);
  });
});

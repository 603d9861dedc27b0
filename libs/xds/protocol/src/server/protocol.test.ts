import { create, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';
import { createSeededRandom, systemClock } from '@weft/kernel';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { afterEach, describe, expect, it } from 'vitest';
import { createXdsClient } from '../client/client.ts';
import type { ResourceUpdate, XdsClient } from '../client/types.ts';
import { createServiceClient } from '../grpc/service-adapter.ts';
import { xdsTypes } from '../type-urls.ts';
import { createXdsServer } from './server.ts';
import type { OpaqueResource, OpaqueSnapshot, XdsServer, XdsServerLimits } from './types.ts';

const { CDS, EDS } = xdsTypes;

function cluster(name: string, version: string): OpaqueResource {
  return { name, version, bytes: toBinary(ClusterSchema, create(ClusterSchema, { name, altStatName: version })) };
}

function snapshotOf(types: Record<string, readonly OpaqueResource[]>): OpaqueSnapshot {
  const resources = new Map<string, ReadonlyMap<string, OpaqueResource>>();
  for (const [typeUrl, list] of Object.entries(types)) resources.set(typeUrl, new Map(list.map((r) => [r.name, r])));
  return { resources };
}

/** Resolves when `condition` holds; looked at after every event of the harness. */
interface Harness {
  readonly xds: XdsServer;
  readonly server: grpc.Server;
  readonly address: string;
  snapshot: OpaqueSnapshot;
  readonly log: string[];
  readonly pushed: string[];
  until(condition: () => boolean): Promise<void>;
  notify(): void;
  stop(): void;
}

async function createHarness(limits: Partial<XdsServerLimits>): Promise<Harness> {
  const waiting = new Set<() => void>();
  const server = new grpc.Server();
  const notify = (): void => {
    for (const look of [...waiting]) look();
  };
  const note = (line: string): void => {
    harness.log.push(line);
    setImmediate(notify);
  };
  const xds = createXdsServer<{ who: string }>({
    limits,
    async authenticate(metadata) {
      const [token] = metadata.get('authorization');
      if (token === 'Bearer broken') throw new Error('no key store');
      if (token !== 'Bearer bad') return { who: 'test' };
      return { refused: true, status: grpc.status.UNAUTHENTICATED, reason: 'no such token' };
    },
    onConnect: (node) => {
      note(`connect ${node.id}`);
      return { refused: false, proxyKey: node.id, snapshot: harness.snapshot };
    },
    onDisconnect: (key) => note(`disconnect ${key}`),
    onHealth: (key, healthy, message) => note(`health ${key} ${healthy} ${message}`),
    onAck: (key, typeUrl) => note(`ack ${key} ${typeUrl.split('.').at(-1)}`),
    onNack: (_key, _type, reason) => note(`nack ${reason}`),
    onPush: (_key, typeUrl, count) => {
      harness.pushed.push(`${typeUrl.split('.').at(-1)} ${count}`);
      setImmediate(notify);
    },
  });
  xds.addTo(server, 'test');
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, got) =>
      error === null ? resolve(got) : reject(error),
    );
  });
  const harness: Harness = {
    xds,
    server,
    address: `127.0.0.1:${bound}`,
    snapshot: snapshotOf({}),
    log: [],
    pushed: [],
    notify,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    stop: () => server.forceShutdown(),
  };
  return harness;
}

interface TestClient {
  readonly client: XdsClient;
  readonly updates: ResourceUpdate[];
  readonly states: string[];
  verdict: string | undefined;
}

function createTestClient(harness: Harness, id = 'node-1', token = 'good'): TestClient {
  const test: TestClient = {
    updates: [],
    states: [],
    verdict: undefined,
    client: createXdsClient({
      address: harness.address,
      node: create(NodeSchema, { id }),
      token: () => token,
      clock: systemClock,
      random: createSeededRandom(1),
      handlers: {
        onUpdate: (update) => {
          test.updates.push(update);
          setImmediate(harness.notify);
          return test.verdict;
        },
        onConnection: (state, reason) => {
          test.states.push(reason === '' ? state : `${state}: ${reason}`);
          setImmediate(harness.notify);
        },
      },
    }),
  };
  return test;
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

async function start(limits: Partial<XdsServerLimits> = {}): Promise<Harness> {
  const harness = await createHarness(limits);
  stops.push(harness.stop);
  return harness;
}

function run(harness: Harness, id?: string, token?: string): TestClient {
  const test = createTestClient(harness, id, token);
  stops.push(() => test.client.stop());
  return test;
}

describe('client and server', () => {
  it('serves a wildcard subscription and then only what changed or is gone', async () => {
    const harness = await start();
    harness.snapshot = snapshotOf({ [CDS]: [cluster('a', '1'), cluster('b', '1')] });
    const test = run(harness);
    test.client.subscribe(CDS, '*');
    test.client.start();
    await harness.until(() => test.updates.length === 1);
    expect(test.states).toEqual(['connected']);
    expect(test.updates[0]?.changed.map((r) => `${r.name}@${r.version}`)).toEqual(['a@1', 'b@1']);
    const body = test.updates[0]?.changed[0]?.body;
    expect(body === undefined ? undefined : anyUnpack(body, ClusterSchema)?.name).toBe('a');
    harness.xds.setSnapshot('node-1', snapshotOf({ [CDS]: [cluster('a', '2')] }));
    await harness.until(() => test.updates.length === 2);
    expect(test.updates[1]).toMatchObject({ removed: ['b'] });
    expect(test.updates[1]?.changed.map((r) => r.version)).toEqual(['2']);
    await harness.until(() => harness.xds.status('node-1')?.get(CDS)?.state === 'SYNCED');
  });

  it('records the reason of a refusal and does not send again what was refused', async () => {
    const harness = await start();
    harness.snapshot = snapshotOf({ [CDS]: [cluster('a', '1')] });
    const test = run(harness);
    test.verdict = 'cluster a: unknown field';
    test.client.subscribe(CDS, '*');
    test.client.start();
    await harness.until(() => harness.log.includes('nack cluster a: unknown field'));
    expect(harness.xds.status('node-1')?.get(CDS)).toEqual({
      state: 'ERROR',
      version: '',
      error: 'cluster a: unknown field',
    });
    harness.xds.setSnapshot('node-1', snapshotOf({ [CDS]: [cluster('a', '1')] }));
    expect(harness.pushed).toEqual(['Cluster 1']);
    test.verdict = undefined;
    harness.xds.setSnapshot('node-1', snapshotOf({ [CDS]: [cluster('a', '2')] }));
    await harness.until(() => harness.xds.status('node-1')?.get(CDS)?.state === 'SYNCED');
  });

  it('tells of a named resource that does not exist, and sends it when it does', async () => {
    const harness = await start();
    const test = run(harness);
    test.client.subscribe(EDS, ['x']);
    test.client.start();
    await harness.until(() => test.updates.length === 1);
    expect(test.updates[0]).toMatchObject({ changed: [], removed: ['x'] });
    harness.xds.setSnapshot('node-1', snapshotOf({ [EDS]: [cluster('x', '1'), cluster('y', '1')] }));
    await harness.until(() => test.updates.length === 2);
    expect(test.updates[1]?.changed.map((r) => r.name)).toEqual(['x']);
    test.client.subscribe(EDS, ['y']);
    await harness.until(() => test.updates.length === 3);
    expect(test.updates[2]?.changed.map((r) => r.name)).toEqual(['y']);
  });

  it('comes back after a lost stream and is not sent what it holds', async () => {
    const harness = await start();
    harness.snapshot = snapshotOf({ [CDS]: [cluster('a', '1'), cluster('b', '1')] });
    const test = run(harness);
    test.client.subscribe(CDS, '*');
    test.client.start();
    test.client.reportHealth(false, 'starting');
    await harness.until(() => test.updates.length === 1 && harness.log.includes('health node-1 false starting'));
    harness.snapshot = snapshotOf({ [CDS]: [cluster('a', '1'), cluster('b', '2')] });
    harness.xds.endStreams('restarting');
    await harness.until(() => test.updates.length === 2);
    expect(test.states).toEqual(['connected', 'disconnected: restarting', 'connected']);
    expect(test.updates[1]?.changed.map((r) => r.name)).toEqual(['b']);
    expect(harness.log.filter((line) => line.startsWith('health'))).toHaveLength(2);
    harness.xds.endStreams('again');
    await harness.until(() => test.states.length === 5);
    expect(test.updates).toHaveLength(2);
    expect(harness.pushed.at(-1)).toBe('Cluster 0');
  });

  it('starts from versions of an earlier run', async () => {
    const harness = await start();
    harness.snapshot = snapshotOf({ [CDS]: [cluster('a', '1'), cluster('b', '1')] });
    const test = run(harness);
    test.client.seed(
      CDS,
      new Map([
        ['a', '1'],
        ['gone', '7'],
      ]),
    );
    test.client.subscribe(CDS, '*');
    test.client.start();
    await harness.until(() => test.updates.length === 1);
    expect(test.updates[0]?.changed.map((r) => r.name)).toEqual(['b']);
    expect(test.updates[0]?.removed).toEqual(['gone']);
  });

  it.each([
    ['a bad token', 'bad', 'no such token'],
    ['a token that cannot be judged now', 'broken', 'the control plane cannot authenticate now'],
  ])('refuses a stream with %s and says why', async (_what, token, reason) => {
    const harness = await start();
    const test = run(harness, 'node-1', token);
    test.client.subscribe(CDS, '*');
    test.client.start();
    await harness.until(() => test.states.length > 0);
    expect(test.states[0]).toBe(`disconnected: ${reason}`);
    expect(harness.log).toEqual([]);
  });

  it('refuses a first request without a node id', async () => {
    const harness = await start();
    const test = run(harness, '');
    test.client.subscribe(CDS, '*');
    test.client.start();
    await harness.until(() => test.states.length > 0);
    expect(test.states[0]).toBe('disconnected: the first request must carry a node id');
  });

  it('ends the proxy only when its last stream is gone', async () => {
    const harness = await start();
    const first = run(harness);
    const second = run(harness);
    for (const test of [first, second]) {
      test.client.subscribe(CDS, '*');
      test.client.start();
    }
    await harness.until(() => harness.log.filter((line) => line.startsWith('connect')).length === 2);
    first.client.stop();
    await harness.until(() => harness.xds.streamCount() === 1);
    expect(harness.log).not.toContain('disconnect node-1');
    second.client.stop();
    await harness.until(() => harness.log.includes('disconnect node-1'));
    expect(harness.xds.setSnapshot('node-1', harness.snapshot)).toBe(false);
  });

  it('takes no more streams than its bound', async () => {
    const harness = await start({ streamsMax: 1 });
    const first = run(harness, 'node-1');
    first.client.subscribe(CDS, '*');
    first.client.start();
    await harness.until(() => first.states.length > 0);
    const second = run(harness, 'node-2');
    second.client.subscribe(CDS, '*');
    second.client.start();
    await harness.until(() => second.states.length > 0);
    expect(second.states[0]).toBe('disconnected: more than 1 streams');
  });

  it('holds no memory for a client that does not read', async () => {
    const harness = await start();
    const big = 'x'.repeat(200_000);
    harness.snapshot = snapshotOf({ [CDS]: [cluster(`0${big}`, '0')] });
    const channel = createServiceClient({ address: harness.address });
    stops.push(() => channel.close());
    const method = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';
    const { DiscoveryRequestSchema } = await import('@weft/xds-messages/envoy/service/discovery/v3/discovery');
    const call = channel.makeBidiStreamRequest(
      method,
      (value: Uint8Array) => Buffer.from(value),
      (bytes) => bytes,
    );
    call.on('error', () => {});
    const request = (nonce: string): Uint8Array =>
      toBinary(
        DiscoveryRequestSchema,
        create(DiscoveryRequestSchema, { node: { id: 'stalled' }, typeUrl: CDS, responseNonce: nonce }),
      );
    call.write(request(''));
    await harness.until(() => harness.pushed.length === 1);
    for (let i = 1; i <= 200; i++) {
      harness.xds.setSnapshot('stalled', snapshotOf({ [CDS]: [cluster(`${i}${big}`, `${i}`)] }));
    }
    expect(harness.pushed).toHaveLength(1);
    // A client that acknowledges what it has not read is held back by the transport.
    for (let i = 1; i <= 200; i++) {
      call.write(request(String(i)));
      harness.xds.setSnapshot('stalled', snapshotOf({ [CDS]: [cluster(`again${i}${big}`, `again${i}`)] }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(harness.pushed.length).toBeLessThanOrEqual(32);
    call.cancel();
    await harness.until(() => harness.log.includes('disconnect stalled'));
  });
});

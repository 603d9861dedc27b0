import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { createManualClock } from '@weft/kernel';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServiceClient, serviceDefinition } from '../grpc/service-adapter.ts';
import { healthTypeUrl, xdsTypes } from '../type-urls.ts';
import { connectTimeoutMs } from './ads-call.ts';
import { createXdsClient, stableAfterMs } from './client.ts';
import type { XdsClient } from './types.ts';

type Call = grpc.ServerDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

const { CDS, EDS } = xdsTypes;
const clock = createManualClock();
let server: grpc.Server;
let client: XdsClient;
let port = 0;
let calls: Call[] = [];
let requests: DeltaDiscoveryRequest[] = [];
let states: string[] = [];
let tokens = 0;
let verdict: string | undefined;
let taken: string[] = [];
const waiting = new Set<() => void>();

const until = (condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
const notify = (): void => {
  for (const look of [...waiting]) look();
};

beforeEach(async () => {
  calls = [];
  requests = [];
  states = [];
  tokens = 0;
  verdict = undefined;
  taken = [];
  server = new grpc.Server();
  server.addService(serviceDefinition(AggregatedDiscoveryService), {
    streamAggregatedResources: () => {},
    deltaAggregatedResources: (call: Call) => {
      calls.push(call);
      call.on('data', (request: DeltaDiscoveryRequest) => {
        requests.push(request);
        notify();
      });
      call.on('error', () => {});
      notify();
    },
  });
  port = await new Promise<number>((resolve) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
  });
  client = createXdsClient({
    address: `127.0.0.1:${port}`,
    node: create(NodeSchema, { id: 'node' }),
    token: () => {
      tokens += 1;
      if (tokens === 2) throw new Error('no token file');
      return `token-${tokens}`;
    },
    clock,
    random: () => 0,
    handlers: {
      onUpdate({ changed, removed }) {
        if (changed.some(({ name }) => name === 'bad')) return 'bad: no';
        if (verdict === undefined) taken.push(...changed.map(({ name }) => name), ...removed.map((name) => `-${name}`));
        return verdict;
      },
      onConnection: (state, reason) => {
        states.push(`${state} ${reason}`.trim());
        notify();
      },
    },
  });
});

afterEach(() => {
  client.stop();
  server.forceShutdown();
});

const respond = (nonce: string, names: Record<string, string>, removedResources: string[] = []): void => {
  const resources = Object.entries(names).map(([name, version]) => ({
    name,
    version,
    resource: { typeUrl: CDS, value: Buffer.from(name) },
  }));
  calls.at(-1)?.write(create(DeltaDiscoveryResponseSchema, { typeUrl: CDS, nonce, resources, removedResources }));
};

it('sends its node once, acknowledges with the nonce, and refuses with the nonce and the reason', async () => {
  client.subscribe(CDS, '*');
  client.subscribe(EDS, ['x']);
  client.start();
  await until(() => requests.length === 2);
  expect(requests.map((request) => request.node?.id)).toEqual(['node', undefined]);
  expect(calls[0]?.metadata.get('authorization')).toEqual(['Bearer token-1']);
  respond('1', { a: '1', b: '1' });
  await until(() => requests.length === 3);
  expect(requests[2]).toMatchObject({ typeUrl: CDS, responseNonce: '1' });
  expect(requests[2]?.errorDetail).toBeUndefined();
  verdict = 'cluster a: unknown field';
  respond('2', { a: '2' });
  await until(() => requests.length === 4);
  expect(requests[3]).toMatchObject({
    responseNonce: '2',
    errorDetail: { code: 3, message: 'cluster a: unknown field' },
  });
});

it('takes what is good of a refused update, which the server will not send again', async () => {
  client.subscribe(CDS, '*');
  client.start();
  await until(() => requests.length === 1);
  respond('1', { a: '1', bad: '1', b: '1' });
  await until(() => requests.length === 2);
  expect(requests[1]).toMatchObject({ responseNonce: '1', errorDetail: { message: 'bad: no' } });
  expect(taken).toEqual(['a', 'b']);
  // The server mends the bad one by taking it out: only that is news to it.
  respond('2', {}, ['bad']);
  await until(() => requests.length === 3);
  expect(requests[2]?.errorDetail).toBeUndefined();
  expect(taken).toEqual(['a', 'b', '-bad']);
});

it('comes back after a wait with what it wants, what it accepted, and its health', async () => {
  client.subscribe(CDS, '*');
  client.start();
  client.reportHealth(false, 'starting');
  await until(() => requests.length === 2);
  expect(requests[1]).toMatchObject({ typeUrl: healthTypeUrl, errorDetail: { message: 'starting' } });
  respond('1', { a: '1', b: '1' });
  await until(() => requests.length === 3);
  respond('2', { a: '2' }, ['b']);
  await until(() => requests.length === 4);
  verdict = 'no';
  respond('3', { a: '3' });
  await until(() => requests.length === 5);
  client.subscribe(EDS, ['x', 'y']);
  client.subscribe(EDS, ['y', 'z']);
  await until(() => requests.length === 7);
  expect(requests[6]).toMatchObject({ resourceNamesSubscribe: ['z'], resourceNamesUnsubscribe: ['x'] });
  calls[0]?.emit('error', { code: grpc.status.UNAVAILABLE, details: 'restarting' });
  await until(() => states.length === 2);
  clock.advance(99);
  expect(states).toEqual(['connected', 'disconnected restarting']);
  clock.advance(1);
  // The token could not be read: as good as no connection.
  expect(states.at(-1)).toBe('disconnected no token file');
  clock.advance(200);
  await until(() => requests.length === 10);
  expect(calls).toHaveLength(2);
  expect(requests.slice(7)).toMatchObject([
    { node: { id: 'node' }, typeUrl: CDS, resourceNamesSubscribe: ['*'], initialResourceVersions: { a: '2' } },
    { typeUrl: EDS, resourceNamesSubscribe: ['y', 'z'] },
    { typeUrl: healthTypeUrl },
  ]);
  expect(calls[1]?.metadata.get('authorization')).toEqual(['Bearer token-3']);
});

it('waits shortly again after a stream that lived long, and longer after one that did not', async () => {
  const count = (prefix: string): number => states.filter((state) => state.startsWith(prefix)).length;
  const opened = async (call: number): Promise<void> => {
    await until(() => calls.length === call + 1);
    respond('1', {});
    await until(() => count('connected') === call + 1);
  };
  const fail = async (call: number): Promise<void> => {
    calls[call]?.emit('error', { code: grpc.status.UNAVAILABLE, details: 'restarting' });
    await until(() => count('disconnected') === call + 1);
  };
  tokens = 2;
  client.subscribe(CDS, '*');
  client.start();
  await opened(0);
  await fail(0);
  clock.advance(100);
  await opened(1);
  clock.advance(stableAfterMs);
  await fail(1);
  clock.advance(99);
  expect(tokens).toBe(4);
  clock.advance(1);
  expect(tokens).toBe(5);
  await opened(2);
  await fail(2);
  clock.advance(199);
  expect(tokens).toBe(5);
  clock.advance(1);
  expect(tokens).toBe(6);
});

it('gives up a connection that does not come up and tries again', async () => {
  const { createServer } = await import('node:net');
  // Takes connections and says nothing.
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const bound = silent.address();
  const seen: string[] = [];
  const lost = new Promise<void>((resolve) => {
    const other = createXdsClient({
      address: `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`,
      rootCertPem: () => '',
      node: create(NodeSchema, { id: 'node' }),
      clock,
      random: () => 0,
      handlers: {
        onUpdate: () => undefined,
        onConnection: (state) => {
          seen.push(state);
          other.stop();
          resolve();
        },
      },
    });
    other.start();
    clock.advance(connectTimeoutMs);
  });
  await lost;
  expect(seen).toEqual(['disconnected']);
  silent.close();
});

it('takes no larger message than its bound', async () => {
  const channel = createServiceClient({ address: `127.0.0.1:${port}`, receiveBytesMax: 100 });
  const call = channel.makeBidiStreamRequest(
    '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
  );
  const failed = new Promise<grpc.ServiceError>((resolve) => call.once('error', resolve));
  call.write(Buffer.alloc(0));
  await until(() => calls.length === 1);
  respond('1', { ['x'.repeat(100)]: '1' });
  expect((await failed).code).toBe(grpc.status.RESOURCE_EXHAUSTED);
  channel.close();
});

/** Clients that want too much, say too much or read nothing, and the services that only some clients use; over a real connection. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { type Clock, createManualClock, systemClock } from '@weft/kernel';
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import {
  type ClientStatusRequest,
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
} from '@weft/xds-messages/envoy/service/status/v3/csds';
import { afterEach, describe, expect, it } from 'vitest';
import { createServiceClient } from '../grpc/service-adapter.ts';
import { xdsTypes } from '../type-urls.ts';
import { addClientStatusTo, type ClientStatusLimits } from './client-status.ts';
import { createXdsServer } from './server.ts';
import type { OpaqueSnapshot, XdsServer, XdsServerLimits } from './types.ts';

const { CDS, EDS, LDS, SDS } = xdsTypes;
const aggregated = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

function snapshot(text: string, bytes = 3): OpaqueSnapshot {
  const types: Record<string, string> = { c: CDS, e: EDS, l: LDS, s: SDS };
  const resources = new Map<string, Map<string, { name: string; version: string; bytes: Uint8Array }>>();
  for (const name of text.split(' ')) {
    const typeUrl = types[name.slice(0, 1)] ?? CDS;
    const byName = resources.get(typeUrl) ?? new Map();
    resources.set(typeUrl, byName.set(name, { name, version: '1', bytes: Buffer.alloc(bytes) }));
  }
  return { resources };
}

/** A server whose clients are of the identity that their node's id begins with. */
async function serve(
  given: OpaqueSnapshot,
  limits: Partial<XdsServerLimits> = {},
  clock: Clock = systemClock,
  statusLimits: Partial<ClientStatusLimits> = {},
) {
  const server = new grpc.Server();
  const gone: string[] = [];
  const waiting: (() => void)[] = [];
  const notify = (): void => waiting.forEach((look) => void look());
  const xds: XdsServer = createXdsServer<{ who: string }>({
    limits,
    clock,
    authenticate: async (metadata) => ({ who: String(metadata.get('who')[0] ?? '') }),
    identityKey: ({ who }) => who,
    onConnect: (node) => ({ refused: false, proxyKey: node.id, snapshot: given }),
    onDisconnect(key) {
      gone.push(key);
      setImmediate(notify);
    },
    onHealth: () => {},
    onPush: () => setImmediate(notify),
  });
  xds.addTo(server, 'test');
  addClientStatusTo(server, {
    clients: xds.clients,
    limits: statusLimits,
    authorize: (metadata) =>
      metadata.get('who')[0] === 'operator'
        ? undefined
        : { refused: true, status: grpc.status.UNAUTHENTICATED, reason: 'not the operator' },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  stops.push(() => server.forceShutdown());
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (condition()) resolve();
      };
      waiting.push(look);
      look();
    });

  /** One stream on a connection of its own. */
  const open = (id: string, { path = aggregated, who = 'anyone' } = {}) => {
    const channel = createServiceClient({ address: `127.0.0.1:${port}` });
    stops.push(() => channel.close());
    const metadata = new grpc.Metadata();
    metadata.set('who', who);
    const call = channel.makeBidiStreamRequest(
      path,
      (value: Uint8Array) => Buffer.from(value),
      (bytes): DeltaDiscoveryResponse => fromBinary(DeltaDiscoveryResponseSchema, bytes),
      metadata,
    );
    stops.push(() => call.cancel());
    const ended = new Promise<grpc.StatusObject>((resolve) => call.on('status', resolve));
    call.on('error', () => {});
    const ask = (typeUrl: string, names: string[] = []): void => {
      const request = create(DeltaDiscoveryRequestSchema, { node: { id }, typeUrl, resourceNamesSubscribe: names });
      call.write(toBinary(DeltaDiscoveryRequestSchema, request));
    };
    const next = (): Promise<DeltaDiscoveryResponse> => new Promise((resolve) => call.once('data', resolve));
    return { call, ask, next, ended };
  };
  return { port, xds, open, until, gone };
}

describe('a client of one type a stream', () => {
  it.each([
    ['cluster', 'Cluster', 'Clusters', CDS, 'c1'],
    ['endpoint', 'Endpoint', 'Endpoints', EDS, 'e1'],
    ['listener', 'Listener', 'Listeners', LDS, 'l1'],
    ['secret', 'Secret', 'Secrets', SDS, 's1'],
  ])('is served by the %s service', async (pack, service, plural, typeUrl, name) => {
    const { open } = await serve(snapshot('c1 e1 l1 s1'));
    const { ask, next } = open('p', {
      path: `/envoy.service.${pack}.v3.${service}DiscoveryService/Delta${plural}`,
    });
    const answer = next();
    ask('', [name]);
    expect(await answer).toMatchObject({ typeUrl, resources: [{ name }] });
  });

  it('has the state of all its streams', async () => {
    const { open, xds } = await serve(snapshot('c1 e1'));
    for (const [typeUrl, name] of [
      [CDS, 'c1'],
      [EDS, 'e1'],
    ] as const) {
      const { ask, next } = open('p');
      const answer = next();
      ask(typeUrl, [name]);
      await answer;
    }
    expect([...(xds.status('p')?.keys() ?? [])]).toEqual([CDS, EDS]);
  });
});

describe('too many streams', () => {
  it('of one proxy are refused', async () => {
    const { open } = await serve(snapshot('c1'), { streamsPerProxyMax: 1 });
    const first = open('p');
    const answer = first.next();
    first.ask(CDS);
    await answer;
    const second = open('p');
    second.ask(CDS);
    expect(await second.ended).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: /of one proxy/ });
  });

  it('of one identity are refused, whatever they call themselves, until some have ended', async () => {
    const { open, until, gone } = await serve(snapshot('c1'), { streamsPerIdentityMax: 2 });
    const connect = async (id: string, who: string) => {
      const stream = open(id, { who });
      const answer = Promise.race([stream.next().then(() => 'served'), stream.ended.then(({ details }) => details)]);
      stream.ask(CDS);
      return { stream, outcome: await answer };
    };
    const first = await connect('a', 'x');
    await connect('b', 'x');
    expect((await connect('c', 'x')).outcome).toBe('more than 2 streams of one identity');
    expect((await connect('d', 'y')).outcome).toBe('served');
    first.stream.call.cancel();
    await until(() => gone.includes('a'));
    expect((await connect('c', 'x')).outcome).toBe('served');
  });
});

it('a flood of requests ends its stream', async () => {
  const { open } = await serve(snapshot('c1'), { requestsBurstMax: 50 }, createManualClock());
  const { ask, ended, call } = open('p');
  call.on('data', () => {});
  for (let i = 0; i < 100; i++) ask(EDS, [`e${i}`]);
  expect(await ended).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: /requests a second/ });
});

it('a client that reads nothing is cut off, and what was held for it is let go', async () => {
  const clock = createManualClock();
  const { open, until, gone, xds } = await serve(snapshot('c1', 2_000_000), { sendTimeoutMs: 3_000 }, clock);
  const { ask, call } = open('p');
  call.pause();
  ask(CDS);
  await until(() => xds.status('p')?.get(CDS)?.state === 'STALE');
  while (gone.length === 0) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(gone).toEqual(['p']);
  expect(xds.streamCount()).toBe(0);
});

describe('CSDS', () => {
  async function asked(
    who: string,
    request: Partial<Pick<ClientStatusRequest, 'excludeResourceContents'>>,
    exact?: string,
    limits: Partial<ClientStatusLimits> = {},
  ) {
    const { open, port } = await serve(snapshot('c1 s1'), {}, systemClock, limits);
    for (const id of ['p', 'q']) {
      const { ask, next } = open(id);
      const answer = next();
      ask(CDS);
      await answer;
      const secret = next();
      ask(SDS, ['s1']);
      await secret;
    }
    const channel = createServiceClient({ address: `127.0.0.1:${port}` });
    stops.push(() => channel.close());
    const metadata = new grpc.Metadata();
    metadata.set('who', who);
    const nodeMatchers =
      exact === undefined ? [] : [{ nodeId: { matchPattern: { case: 'exact' as const, value: exact } } }];
    const message = create(ClientStatusRequestSchema, { ...request, nodeMatchers });
    return new Promise<ReturnType<typeof fromBinary<typeof ClientStatusResponseSchema>>>((resolve, reject) => {
      channel.makeUnaryRequest(
        '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus',
        (value: Uint8Array) => Buffer.from(value),
        (bytes) => fromBinary(ClientStatusResponseSchema, bytes),
        toBinary(ClientStatusRequestSchema, message),
        metadata,
        (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
      );
    });
  }

  it('tells the operator what each proxy was sent, in which version and state, and no secret', async () => {
    const { config } = await asked('operator', {});
    expect(config.map(({ node }) => node?.id)).toEqual(['p', 'q']);
    const [cluster, secret] = config[0]?.genericXdsConfigs ?? [];
    expect(cluster).toMatchObject({ typeUrl: CDS, name: 'c1', versionInfo: '1', clientStatus: 1 });
    expect(cluster?.xdsConfig?.value).toHaveLength(3);
    expect([secret?.name, secret?.xdsConfig]).toEqual(['s1', undefined]);
  });

  it('tells of the proxies asked for, and only names where contents are not wanted', async () => {
    const { config } = await asked('operator', { excludeResourceContents: true }, 'q');
    expect(config.map(({ node }) => node?.id)).toEqual(['q']);
    expect(config[0]?.genericXdsConfigs[0]?.xdsConfig).toBeUndefined();
  });

  it('keeps to its bounds of proxies, of bytes and of matchers', async () => {
    const { config } = await asked('operator', {}, undefined, { clientsMax: 1, contentBytesMax: 2 });
    expect(config.map(({ genericXdsConfigs }) => genericXdsConfigs[0]?.xdsConfig)).toEqual([undefined]);
    const refused = asked('operator', {}, 'q', { matchersMax: 0 });
    await expect(refused).rejects.toMatchObject({ details: 'more than 0 matchers' });
  });

  it('tells nobody else', async () => {
    await expect(asked('anyone', {})).rejects.toMatchObject({ code: grpc.status.UNAUTHENTICATED });
  });
});

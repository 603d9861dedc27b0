import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { systemClock } from '@weft/kernel';
import { ClientResourceStatus } from '@weft/xds-messages/envoy/admin/v3/config_dump_shared';
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import {
  ClientStatusDiscoveryService,
  ClientStatusRequestSchema,
  type ClientStatusResponse,
} from '@weft/xds-messages/envoy/service/status/v3/csds';
import { createServiceClient, unaryCall, xdsTypes } from '@weft/xds-protocol';
import { describe, expect, it } from 'vitest';
import { formatAddress } from './grpc/listen.ts';
import type { ControlPlane } from './plane.ts';
import { staleAfterMs } from './proxies/proxy-statuses.ts';
import { nodeIdOf, shop, usePlaneBench } from './testing/plane-bench.ts';

const { api, connect, make, root, stops, until } = usePlaneBench();

const clearAddress = (plane: ControlPlane): string => {
  const address = plane.addresses().xdsClear;
  if (address === undefined) throw new Error('no clear-text port');
  return formatAddress(address);
};

/** A proxy that acknowledges nothing by itself, in clear text. */
function rawProxy(plane: ControlPlane, id: string) {
  const channel = createServiceClient({ address: clearAddress(plane) });
  const call = channel.makeBidiStreamRequest(
    '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
    (value: Uint8Array) => Buffer.from(value),
    (bytes): DeltaDiscoveryResponse => fromBinary(DeltaDiscoveryResponseSchema, bytes),
  );
  call.on('error', () => {});
  stops.push(() => {
    call.cancel();
    channel.close();
  });
  const say = (more: { responseNonce?: string; errorDetail?: { code: number; message: string } } = {}): void => {
    const request = create(DeltaDiscoveryRequestSchema, { node: { id }, typeUrl: xdsTypes.CDS, ...more });
    call.write(toBinary(DeltaDiscoveryRequestSchema, request));
  };
  const next = (): Promise<DeltaDiscoveryResponse> => new Promise((resolve) => call.once('data', resolve));
  return { say, next };
}

interface Shown {
  readonly id: string;
  readonly stale: boolean;
  readonly types: { readonly CDS: { readonly state: string; readonly error: string } };
}

const shown = async (plane: ControlPlane): Promise<readonly Shown[]> =>
  ((await api(plane, '/v1/proxies')).body as { proxies: readonly Shown[] }).proxies;
const notices = async (plane: ControlPlane): Promise<readonly string[]> =>
  ((await api(plane, '/v1/status')).body as { notices: readonly string[] }).notices;

/** Resolves when the control plane has heard what was said before. */
async function seen(plane: ControlPlane, state: string): Promise<void> {
  while ((await shown(plane))[0]?.types.CDS.state !== state) await new Promise(setImmediate);
}

it('a proxy that owes an answer for five minutes is stale, one that owes none is not', async () => {
  let ahead = 0;
  const plane = make({ clock: { ...systemClock, now: () => systemClock.now() + ahead } });
  await plane.start();
  const id = 'sidecar~127.0.0.1~quiet.shop~shop.svc.cluster.local';
  const { say, next } = rawProxy(plane, id);
  const answer = next();
  say();
  const { nonce } = await answer;
  ahead = staleAfterMs - 60_000;
  expect(await shown(plane)).toMatchObject([{ id, stale: false, types: { CDS: { state: 'STALE' } } }]);
  ahead = staleAfterMs + 1;
  expect(await shown(plane)).toMatchObject([{ id, stale: true }]);
  expect((await notices(plane)).join()).toContain(`proxy ${id} is stale: it owes an answer`);
  say({ responseNonce: nonce });
  await seen(plane, 'SYNCED');
  ahead *= 3;
  expect(await shown(plane)).toMatchObject([{ id, stale: false }]);
  expect(await notices(plane)).toEqual([]);
});

it('what a proxy refuses is shown until it takes something newer, and is not sent again', async () => {
  const plane = make();
  await plane.start();
  const { say, next } = rawProxy(plane, 'sidecar~127.0.0.1~critic.shop~shop.svc.cluster.local');
  const answer = next();
  say();
  const { nonce } = await answer;
  const second = next();
  say({ responseNonce: nonce, errorDetail: { code: 3, message: 'no such cluster type' } });
  await seen(plane, 'ERROR');
  expect((await notices(plane)).join()).toContain(
    'critic.shop~shop.svc.cluster.local refuses its CDS: no such cluster type',
  );
  await writeFile(join(root(), 'mesh', 'more.yaml'), shop.replaceAll('echo', 'more').replaceAll('other', 'another'));
  const { resources, nonce: newer } = await second;
  expect(resources.map(({ name }) => name)).toEqual(['outbound|8080||more.shop.svc.cluster.local']);
  say({ responseNonce: newer });
  await seen(plane, 'SYNCED');
  expect(await notices(plane)).toEqual([]);
});

describe('CSDS', () => {
  const ask = async (plane: ControlPlane, token?: string): Promise<ClientStatusResponse> => {
    const channel = createServiceClient({ address: clearAddress(plane) });
    stops.push(() => channel.close());
    const metadata = new grpc.Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const request = create(ClientStatusRequestSchema, {});
    return unaryCall(channel, ClientStatusDiscoveryService.method.fetchClientStatus, request, metadata, {});
  };

  it("tells who has the operator's token of each proxy and what it was sent, and of secrets their names", async () => {
    const plane = make();
    await plane.start();
    const { client, updates } = await connect(plane, 'echo');
    client.subscribe(xdsTypes.SDS, ['ROOTCA']);
    await until(() => updates.some(({ typeUrl }) => typeUrl === xdsTypes.SDS));
    const token = (await readFile(join(root(), 'state', 'operator-token'), 'utf8')).trim();
    const { config } = await ask(plane, token);
    expect(config.map(({ node }) => node?.id)).toEqual([nodeIdOf('echo-1')]);
    const told = config[0]?.genericXdsConfigs ?? [];
    const cluster = told.find(({ name }) => name === 'outbound|8080||echo.shop.svc.cluster.local');
    expect(cluster).toMatchObject({ typeUrl: xdsTypes.CDS, clientStatus: ClientResourceStatus.ACKED });
    expect(cluster?.xdsConfig?.value.length).toBeGreaterThan(0);
    const secret = told.find(({ typeUrl }) => typeUrl === xdsTypes.SDS);
    expect([secret?.name, secret?.xdsConfig]).toEqual(['ROOTCA', undefined]);
  });

  it.each([
    ['nobody', undefined],
    ['somebody else', 'not-the-token'],
  ])('tells %s nothing', async (_who, token) => {
    const plane = make();
    await plane.start();
    await expect(ask(plane, token)).rejects.toMatchObject({
      code: grpc.status.UNAUTHENTICATED,
      details: "the operator's token is required: authorization: Bearer <token>",
    });
  });
});

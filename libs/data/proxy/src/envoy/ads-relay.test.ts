/** The relay between a control plane and what speaks as an Envoy does, over real sockets. */

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { systemClock, systemRandom } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { type AdsRequest, createServiceClient, serviceDefinition, xdsTypes } from '@weft/xds-protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOwnIdentity, type OwnIdentity } from '../identity/own-identity.ts';
import { type FakeControlPlane, startFakeControlPlane } from '../testing/fake-control-plane.ts';
import { resource, rootsSecret } from '../testing/mesh-resources.ts';
import { type AdsRelay, createAdsRelay, createTrustKeeper, relayLimits, type TrustKeeper } from './ads-relay.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const cluster = resource(ClusterSchema, 'a', { name: 'a', connect_timeout: '1s' });
const node = { id: 'sidecar~127.0.0.1~order-1.shop~x', metadata: { AUTO_REGISTER_GROUP: 'order' } };

let folder: string;
let plane: FakeControlPlane;
let identity: OwnIdentity;
let trust: TrustKeeper;
let relay: AdsRelay;
let streams: EnvoyLike[];

interface EnvoyLike {
  readonly got: DeltaDiscoveryResponse[];
  send(request: AdsRequest): void;
  /** Status of its end; nothing while it goes on. */
  ended(): number | undefined;
  close(): void;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-relay-'));
  plane = await startFakeControlPlane();
  plane.serve('order', [cluster]);
  writeFileSync(join(folder, 'token'), 'shop/order');
  writeFileSync(join(folder, 'root-cert.pem'), plane.ca.rootPem);
  trust = createTrustKeeper(() => identity.tls.rootsChanged(), log);
  const options = {
    workloadGroup: { namespace: 'shop', name: 'order' },
    xds: { host: '127.0.0.1', port: plane.port },
    xdsServerName: undefined,
    tokenDir: folder,
    ...{ clock: systemClock, random: systemRandom, log },
  };
  const nothing = { read: async () => undefined, write: async () => {} };
  identity = createOwnIdentity(options, nothing, trust);
  relay = createAdsRelay({ path: join(folder, 'ads.sock'), identity, trust, clock: systemClock, log });
  streams = [];
  await relay.start();
});

afterEach(async () => {
  for (const stream of streams) stream.close();
  await relay.stop();
  identity.manager.stop();
  plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

function openStream(): EnvoyLike {
  const client = createServiceClient({ address: `unix:${join(folder, 'ads.sock')}` });
  const method = serviceDefinition(AggregatedDiscoveryService)['deltaAggregatedResources'];
  const { path, requestSerialize, responseDeserialize } = method as grpc.MethodDefinition<
    object,
    DeltaDiscoveryResponse
  >;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const got: DeltaDiscoveryResponse[] = [];
  let status: number | undefined;
  call.on('data', (response: DeltaDiscoveryResponse) => got.push(response));
  call.on('status', ({ code }: grpc.StatusObject) => {
    status = code;
  });
  call.on('error', () => {});
  let first = true;
  const stream: EnvoyLike = {
    got,
    send(request) {
      call.write(create(DeltaDiscoveryRequestSchema, first ? { ...request, node } : request));
      first = false;
    },
    ended: () => status,
    close() {
      call.cancel();
      client.close();
    },
  };
  streams.push(stream);
  return stream;
}

const secretsOf = ({ got }: EnvoyLike, name: string) =>
  got
    .filter(({ typeUrl }) => typeUrl === xdsTypes.SDS)
    .flatMap(({ resources }) => resources)
    .filter((one) => one.name === name);

async function certified(): Promise<void> {
  await identity.manager.start();
  await vi.waitFor(() => expect(identity.manager.current()).toBeDefined(), patience);
}

describe('ADS for an Envoy', () => {
  it('passes configuration on, and answers for the own certificate, which the control plane never sends', async () => {
    await certified();
    const envoy = openStream();
    envoy.send({ typeUrl: xdsTypes.CDS });
    envoy.send({ typeUrl: xdsTypes.SDS, resourceNamesSubscribe: ['default', 'ROOTCA'] });
    await vi.waitFor(() => expect(secretsOf(envoy, 'ROOTCA')).toHaveLength(1), patience);
    await vi.waitFor(() => expect(envoy.got.find(({ typeUrl }) => typeUrl === xdsTypes.CDS)).toBeDefined(), patience);
    const [own] = secretsOf(envoy, 'default');
    const secret = fromBinary(SecretSchema, own?.resource?.value ?? new Uint8Array());
    const tls = secret.type.case === 'tlsCertificate' ? secret.type.value : undefined;
    expect(Buffer.from(tls?.privateKey?.specifier.value ?? '').toString()).toBe(
      identity.manager.current()?.privateKeyPem,
    );
    expect(trust.roots()).toBe(plane.ca.rootPem);
    expect(plane.events).toEqual([]);
  });

  it('gives a renewed certificate to the stream that is open', async () => {
    await certified();
    const envoy = openStream();
    envoy.send({ typeUrl: xdsTypes.SDS, resourceNamesSubscribe: ['default'] });
    await vi.waitFor(() => expect(secretsOf(envoy, 'default')).toHaveLength(1), patience);
    identity.manager.renew();
    await vi.waitFor(() => expect(secretsOf(envoy, 'default')).toHaveLength(2), patience);
    const [one, another] = secretsOf(envoy, 'default');
    expect(one?.version).not.toBe(another?.version);
  });

  it('does not repeat the certificate that Envoy has from an earlier stream, and stops when it is not wanted', async () => {
    await certified();
    const first = openStream();
    first.send({ typeUrl: xdsTypes.SDS, resourceNamesSubscribe: ['default'] });
    await vi.waitFor(() => expect(secretsOf(first, 'default')).toHaveLength(1), patience);
    const version = secretsOf(first, 'default')[0]?.version ?? '';
    const second = openStream();
    second.send({
      typeUrl: xdsTypes.SDS,
      resourceNamesSubscribe: ['default', 'ROOTCA'],
      initialResourceVersions: { default: version },
    });
    first.send({ typeUrl: xdsTypes.SDS, resourceNamesUnsubscribe: ['default'], resourceNamesSubscribe: ['ROOTCA'] });
    await vi.waitFor(() => expect(secretsOf(second, 'ROOTCA')).toHaveLength(1), patience);
    await vi.waitFor(() => expect(secretsOf(first, 'ROOTCA')).toHaveLength(1), patience);
    expect(secretsOf(second, 'default')).toHaveLength(0);
    identity.manager.renew();
    await vi.waitFor(() => expect(secretsOf(second, 'default')).toHaveLength(1), patience);
    expect(secretsOf(first, 'default')).toHaveLength(1);
  });

  it("takes Envoy's refusals to the control plane, and says how the workload is on each stream", async () => {
    await certified();
    const envoy = openStream();
    relay.reportHealth(true, '');
    envoy.send({ typeUrl: xdsTypes.CDS });
    await vi.waitFor(() => expect(plane.events).toContain('order healthy'), patience);
    await vi.waitFor(() => expect(envoy.got).toHaveLength(1), patience);
    const responseNonce = envoy.got[0]?.nonce ?? '';
    envoy.send({ typeUrl: xdsTypes.CDS, responseNonce, errorDetail: { message: 'not this' } });
    await vi.waitFor(() => expect(plane.events).toContain('nack not this'), patience);
    relay.reportHealth(false, 'draining');
    await vi.waitFor(() => expect(plane.events).toContain('order unhealthy: draining'), patience);
  });

  it('ends the stream where the control plane is away, so that Envoy comes again', async () => {
    await certified();
    plane.stop();
    const envoy = openStream();
    envoy.send({ typeUrl: xdsTypes.CDS });
    await vi.waitFor(() => expect(envoy.ended()).toBe(grpc.status.OK), patience);
  });

  it('ends the stream where there is nothing to show who calls', async () => {
    rmSync(join(folder, 'token'));
    const envoy = openStream();
    envoy.send({ typeUrl: xdsTypes.CDS });
    await vi.waitFor(() => expect(envoy.ended()).toBe(grpc.status.OK), patience);
  });

  it('serves no more streams than its bound', async () => {
    await certified();
    for (let i = 0; i < relayLimits.streamsMax; i++) openStream().send({ typeUrl: xdsTypes.CDS });
    await vi.waitFor(() => expect(streams.every(({ got }) => got.length > 0)).toBe(true), patience);
    const one = openStream();
    one.send({ typeUrl: xdsTypes.CDS });
    await vi.waitFor(() => expect(one.ended()).toBe(grpc.status.RESOURCE_EXHAUSTED), patience);
  });

  it('lets only the own user and group connect', () => {
    expect(statSync(join(folder, 'ads.sock')).mode & 0o777).toBe(0o660);
  });
});

describe('the roots that pass by', () => {
  it('stay as they are where what comes cannot be read', () => {
    const changed = vi.fn();
    const errors = vi.spyOn(log, 'error');
    const keeper = createTrustKeeper(changed, log);
    const good = rootsSecret('PEM').bytes;
    for (const value of [good, good.slice(0, -1), Buffer.from('no message')]) {
      const packed = { name: 'ROOTCA', resource: { typeUrl: xdsTypes.SDS, value } };
      keeper.take(create(DeltaDiscoveryResponseSchema, { typeUrl: xdsTypes.SDS, resources: [packed] }));
    }
    expect(keeper.roots()).toBe('PEM');
    expect(changed).toHaveBeenCalledTimes(1);
    expect(errors).toHaveBeenCalledTimes(2);
  });
});

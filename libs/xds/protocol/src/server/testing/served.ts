/** A server on a real connection with clients that a test drives by hand. Registers its own hook: import it in test files alone. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { type Clock, systemClock } from '@weft/kernel';
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { afterEach } from 'vitest';
import { createServiceClient } from '../../grpc/service-adapter.ts';
import { xdsTypes } from '../../type-urls.ts';
import { addClientStatusTo, type ClientStatusLimits } from '../client-status.ts';
import { createXdsServer } from '../server.ts';
import type { OpaqueSnapshot, XdsServer, XdsServerLimits } from '../types.ts';

const { CDS, EDS, LDS, SDS } = xdsTypes;
const aggregated = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

/** Run after the test, last first. */
export const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

/** "c1 l1": resources by the first letter of their type. */
export function snapshot(text: string, bytes = 3, version = '1'): OpaqueSnapshot {
  const types: Record<string, string> = { c: CDS, e: EDS, l: LDS, s: SDS };
  const resources = new Map<string, Map<string, { name: string; version: string; bytes: Uint8Array }>>();
  for (const name of text.split(' ')) {
    const typeUrl = types[name.slice(0, 1)] ?? CDS;
    const byName = resources.get(typeUrl) ?? new Map();
    resources.set(typeUrl, byName.set(name, { name, version, bytes: Buffer.alloc(bytes) }));
  }
  return { resources };
}

/** A server whose clients are of the identity that they say they are (`who`); all are served `given`. */
export async function serve(
  given: OpaqueSnapshot,
  limits: Partial<XdsServerLimits> = {},
  clock: Clock = systemClock,
  statusLimits: Partial<ClientStatusLimits> = {},
) {
  const server = new grpc.Server();
  const gone: string[] = [];
  const refusals: string[] = [];
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
    onNack(_key, _typeUrl, reason) {
      refusals.push(reason);
      setImmediate(notify);
    },
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
  return { port, xds, open, until, gone, refusals };
}

/** The control plane as an Envoy beside this process sees it: ADS on a Unix socket, with the workload's own certificate in it. */

import { fromBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { rootsSecretName } from '@weft/data-runtime';
import type { Clock, Part } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { type Secret, SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import type { DeltaDiscoveryResponse } from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { type AdsRequest, healthTypeUrl, openAdsCall, serviceDefinition, xdsTypes } from '@weft/xds-protocol';
import type { OwnIdentity, ToldRoots } from '../identity/own-identity.ts';
import { listenUnix } from '../workload-api/unix-server.ts';
import { type EnvoyCall, type RelayedStream, relayStream } from './relayed-stream.ts';

export const relayLimits = {
  /** Streams at a time: Envoy has one, and a moment long two when it comes again. */
  streamsMax: 4,
  /** Largest request taken, bytes: the names and versions of a whole configuration. */
  requestBytesMax: 64 * 1024 * 1024,
} as const;

export interface AdsRelayOptions {
  /** Of the socket. */
  readonly path: string;
  readonly identity: Pick<OwnIdentity, 'server' | 'manager' | 'credentials'>;
  readonly trust: TrustKeeper;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface AdsRelay extends Part {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Goes up now, and with each new stream. */
  reportHealth(healthy: boolean, message: string): void;
}

/** The roots that passed by last, for this process itself. */
export interface TrustKeeper extends ToldRoots {
  /** What cannot be read is logged and left out. */
  take(response: DeltaDiscoveryResponse): void;
}

/** @param onChange called after they have changed. */
export function createTrustKeeper(onChange: () => void, log: Logger): TrustKeeper {
  let roots: string | undefined;
  let lists = '';
  const secretOf = (bytes: Uint8Array): Secret | undefined => {
    try {
      return fromBinary(SecretSchema, bytes);
    } catch (error) {
      // Envoy gets it all the same, and refuses it to the control plane.
      log.error({ err: error }, 'secret ROOTCA of the control plane cannot be read; the roots before it stay');
      return undefined;
    }
  };
  return {
    roots: () => roots,
    lists: () => lists,
    take({ typeUrl, resources }) {
      if (typeUrl !== xdsTypes.SDS) return;
      const packed = resources.find(({ name }) => name === rootsSecretName)?.resource;
      const secret = packed === undefined ? undefined : secretOf(packed.value);
      if (secret?.type.case !== 'validationContext') return;
      roots = textOf(secret.type.value.trustedCa?.specifier);
      lists = textOf(secret.type.value.crl?.specifier) ?? '';
      onChange();
    },
  };
}

function textOf(source: { readonly case?: string | undefined; readonly value?: unknown } | undefined) {
  if (source?.case === 'inlineBytes') return Buffer.from(source.value as Uint8Array).toString('utf8');
  return source?.case === 'inlineString' ? String(source.value) : undefined;
}

export function createAdsRelay(options: AdsRelayOptions): AdsRelay {
  const { clock, log, identity, trust } = options;
  const server = new grpc.Server({ 'grpc.max_receive_message_length': relayLimits.requestBytesMax });
  const streams = new Set<RelayedStream>();
  let health: AdsRequest | undefined;
  let connected = false;
  let stops: (() => unknown)[] = [];

  const answered = (response: DeltaDiscoveryResponse): void => {
    if (!connected) log.info('connected to the control plane');
    connected = true;
    trust.take(response);
  };

  const lost = (reason: string | undefined): void => {
    if (reason === undefined) return;
    if (connected) log.warn({ reason }, 'lost the control plane; Envoy keeps its last configuration');
    else log.debug({ reason }, 'the control plane is not reachable');
    connected = false;
  };

  const serve = (call: EnvoyCall): void => {
    if (streams.size >= relayLimits.streamsMax) {
      call.emit('error', { code: grpc.status.RESOURCE_EXHAUSTED, details: 'too many streams' });
      return;
    }
    const stream = relayStream(
      call,
      {
        open: (node) => openAdsCall({ ...identity.server, credentials: identity.credentials, node, clock }),
        identity: identity.manager.current,
        onAnswer: answered,
        onOwnSecretRefused: (reason) => log.error({ reason }, 'Envoy refused its own certificate'),
        onEnd(reason) {
          streams.delete(stream);
          lost(reason);
        },
      },
      () => health,
    );
    streams.add(stream);
  };

  server.addService(serviceDefinition(AggregatedDiscoveryService), { deltaAggregatedResources: serve });
  return {
    name: 'ADS for Envoy',
    async start() {
      const remove = await listenUnix(server, options.path, 'the ADS for Envoy');
      const stopFollowing = identity.manager.onChange(() => {
        for (const stream of streams) stream.identityChanged();
      });
      stops = [stopFollowing, () => server.forceShutdown(), remove];
    },
    async stop() {
      for (const stream of [...streams]) stream.end();
      for (const stop of stops) await stop();
    },
    reportHealth(healthy, message) {
      const errorDetail = { code: grpc.status.UNAVAILABLE, message };
      health = { typeUrl: healthTypeUrl, ...(healthy ? {} : { errorDetail }) };
      for (const stream of streams) stream.send(health);
    },
  };
}

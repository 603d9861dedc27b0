/** One call of the client: on a channel of its own, with the node in its first request, given up where it does not come up. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { createServiceClient, serviceDefinition } from '../grpc/service-adapter.ts';
import type { XdsClientOptions } from './types.ts';

/** A connection that is not up by then is given up, milliseconds. */
export const connectTimeoutMs = 10_000;

export type AdsRequest = Omit<MessageInitShape<typeof DeltaDiscoveryRequestSchema>, '$typeName' | 'node'>;

export interface AdsCall {
  /** Monotonic milliseconds. */
  readonly openedAt: number;
  send(request: AdsRequest): void;
  /** Call once. `onLost` may be called more than once, with a reason in words. */
  listen(onResponse: (response: DeltaDiscoveryResponse) => void, onLost: (reason: string) => void): void;
  /** Gives the channel back after the call was lost. */
  close(): void;
  /** Ends a call that is up. */
  hangUp(): void;
}

const method = serviceDefinition(AggregatedDiscoveryService)['deltaAggregatedResources'] as grpc.MethodDefinition<
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse
>;

export type AdsCallOptions = Omit<XdsClientOptions, 'handlers' | 'random'>;

/** @throws what reading the root certificate or the token throws. */
export function openAdsCall(options: AdsCallOptions): AdsCall {
  const { clock, node } = options;
  const metadata = new grpc.Metadata();
  const { token, rootCertPem, clientCertificate } = options.credentials?.() ?? {
    token: options.token?.(),
    rootCertPem: options.rootCertPem?.(),
    clientCertificate: undefined,
  };
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const channel = createServiceClient({
    address: options.address,
    rootCertPem,
    clientCertificate,
    serverName: options.serverName,
  });
  const call = channel.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    metadata,
  );
  const cancelTimeout = clock.after(connectTimeoutMs, () => {
    const ready = channel.getChannel().getConnectivityState(false) === grpc.connectivityState.READY;
    if (!ready) call.cancel();
  });
  let nodeSent = false;
  const close = (): void => {
    cancelTimeout();
    channel.close();
  };
  return {
    openedAt: clock.monotonic(),
    send(request) {
      call.write(create(DeltaDiscoveryRequestSchema, nodeSent ? request : { ...request, node }));
      nodeSent = true;
    },
    listen(onResponse, onLost) {
      call.on('data', onResponse);
      call.on('error', (error: grpc.ServiceError) => onLost(error.details || error.message));
      call.on('end', () => onLost('the server ended the stream'));
    },
    close,
    hangUp() {
      call.end();
      call.cancel();
      close();
    },
  };
}

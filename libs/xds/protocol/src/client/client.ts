/** The incremental ADS client: one stream kept up, each update handed over in order and answered with ACK or NACK. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import type { Cancel } from '@weft/kernel';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { createServiceClient, serviceDefinition } from '../grpc/service-adapter.ts';
import { healthTypeUrl } from '../type-urls.ts';
import { createBackOff } from './back-off.ts';
import { type ClientSubscription, changeWanted, createClientSubscriptions } from './subscriptions.ts';
import type { ReceivedResource, XdsClient, XdsClientOptions } from './types.ts';

/** A connection that is not up by then is given up, milliseconds. */
export const connectTimeoutMs = 10_000;
/** A stream that lived this long starts the back-off anew, milliseconds. */
export const stableAfterMs = 10_000;

interface Stream {
  readonly channel: grpc.Client;
  readonly call: grpc.ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
  readonly openedAt: number;
  readonly cancelTimeout: Cancel;
  nodeSent: boolean;
  answered: boolean;
}

const method = serviceDefinition(AggregatedDiscoveryService)['deltaAggregatedResources'] as grpc.MethodDefinition<
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse
>;

export function createXdsClient(options: XdsClientOptions): XdsClient {
  const { clock, handlers } = options;
  const subscriptions = createClientSubscriptions();
  const backOff = createBackOff(options.random);
  let stream: Stream | undefined;
  let cancelRetry: Cancel | undefined;
  let running = false;
  let health: { healthy: boolean; message: string } | undefined;

  const send = (to: Stream, request: MessageInitShape<typeof DeltaDiscoveryRequestSchema>): void => {
    to.call.write(create(DeltaDiscoveryRequestSchema, to.nodeSent ? request : { ...request, node: options.node }));
    to.nodeSent = true;
  };

  const sendFirst = (to: Stream, subscription: ClientSubscription): void => {
    subscription.asked = true;
    send(to, {
      typeUrl: subscription.typeUrl,
      resourceNamesSubscribe: [...subscription.wanted],
      initialResourceVersions: Object.fromEntries(subscription.held),
    });
  };

  const sendHealth = (to: Stream): void => {
    if (health === undefined) return;
    send(to, {
      typeUrl: healthTypeUrl,
      ...(health.healthy ? {} : { errorDetail: { code: grpc.status.UNAVAILABLE, message: health.message } }),
    });
  };

  const receive = (from: Stream, response: DeltaDiscoveryResponse): void => {
    if (from !== stream) return;
    if (!from.answered) {
      from.answered = true;
      handlers.onConnection('connected', '');
    }
    const { typeUrl, nonce } = response;
    const refusal = take(response);
    if (refusal === undefined) handlers.onAnswered?.(typeUrl);
    if (from !== stream) return;
    send(from, {
      typeUrl,
      responseNonce: nonce,
      ...(refusal === undefined ? {} : { errorDetail: { code: grpc.status.INVALID_ARGUMENT, message: refusal } }),
    });
  };

  const take = (response: DeltaDiscoveryResponse): string | undefined => {
    const changed: ReceivedResource[] = [];
    for (const { name, version, resource } of response.resources) {
      if (resource !== undefined) changed.push({ name, version, body: resource });
    }
    const { typeUrl, removedResources: removed } = response;
    if (changed.length === 0 && removed.length === 0) return undefined;
    const refusal = handlers.onUpdate({ typeUrl, changed, removed });
    if (refusal !== undefined) return refusal;
    const { held } = subscriptions.of(typeUrl);
    for (const { name, version } of changed) held.set(name, version);
    for (const name of removed) held.delete(name);
    return undefined;
  };

  const lost = (from: Stream | undefined, reason: string): void => {
    if (from !== stream) return;
    if (from !== undefined) {
      stream = undefined;
      from.cancelTimeout();
      from.channel.close();
      if (clock.monotonic() - from.openedAt >= stableAfterMs) backOff.reset();
    }
    if (!running) return;
    cancelRetry?.();
    cancelRetry = clock.after(backOff.next(), connect);
    handlers.onConnection('disconnected', reason);
  };

  const connect = (): void => {
    let opened: Stream;
    try {
      opened = open();
    } catch (error) {
      // The root certificate or the token could not be read: as good as no connection, and it may come.
      lost(undefined, error instanceof Error ? error.message : String(error));
      return;
    }
    stream = opened;
    subscriptions.newStream();
    const { call } = opened;
    call.on('data', (response: DeltaDiscoveryResponse) => receive(opened, response));
    call.on('error', (error: grpc.ServiceError) => lost(opened, error.details || error.message));
    call.on('end', () => lost(opened, 'the server ended the stream'));
    for (const subscription of subscriptions.all()) if (subscription.wanted.size > 0) sendFirst(opened, subscription);
    sendHealth(opened);
  };

  const open = (): Stream => {
    const channel = createServiceClient({
      address: options.address,
      rootCertPem: options.rootCertPem?.(),
      serverName: options.serverName,
    });
    const metadata = new grpc.Metadata();
    if (options.token !== undefined) metadata.set('authorization', `Bearer ${options.token()}`);
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
    return { channel, call, openedAt: clock.monotonic(), cancelTimeout, nodeSent: false, answered: false };
  };

  return {
    start() {
      if (running) return;
      running = true;
      connect();
    },
    stop() {
      running = false;
      cancelRetry?.();
      const last = stream;
      stream = undefined;
      if (last === undefined) return;
      last.cancelTimeout();
      last.call.end();
      last.call.cancel();
      last.channel.close();
    },
    subscribe(typeUrl, names) {
      const subscription = subscriptions.of(typeUrl);
      const { added, removed } = changeWanted(subscription, names === '*' ? ['*'] : names);
      if (stream === undefined || (added.length === 0 && removed.length === 0)) return;
      if (subscription.asked) {
        send(stream, { typeUrl, resourceNamesSubscribe: added, resourceNamesUnsubscribe: removed });
      } else if (subscription.wanted.size > 0) sendFirst(stream, subscription);
    },
    seed(typeUrl, versions) {
      const { held } = subscriptions.of(typeUrl);
      for (const [name, version] of versions) held.set(name, version);
    },
    reportHealth(healthy, message) {
      health = { healthy, message };
      if (stream !== undefined) sendHealth(stream);
    },
  };
}

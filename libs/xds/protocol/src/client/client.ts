/** The incremental ADS client: one stream kept up, each update handed over in order and answered with ACK or NACK. */

import * as grpc from '@grpc/grpc-js';
import type { Cancel } from '@weft/kernel';
import type { DeltaDiscoveryResponse } from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { healthTypeUrl } from '../type-urls.ts';
import { type AdsCall, type AdsRequest, openAdsCall } from './ads-call.ts';
import { createBackOff } from './back-off.ts';
import { salvage } from './salvage.ts';
import { type ClientSubscription, changeWanted, createClientSubscriptions } from './subscriptions.ts';
import type { ReceivedResource, ResourceUpdate, XdsClient, XdsClientOptions } from './types.ts';

/** A stream that lived this long starts the back-off anew, milliseconds. */
export const stableAfterMs = 10_000;

export function createXdsClient(options: XdsClientOptions): XdsClient {
  const { clock, handlers } = options;
  const subscriptions = createClientSubscriptions();
  const backOff = createBackOff(options.random);
  let stream: AdsCall | undefined;
  let answered = false;
  let cancelRetry: Cancel | undefined;
  let running = false;
  let health: AdsRequest | undefined;

  const receive = (from: AdsCall, response: DeltaDiscoveryResponse): void => {
    if (from !== stream) return;
    if (!answered) {
      answered = true;
      handlers.onConnection('connected', '');
    }
    const { typeUrl, nonce } = response;
    const refusal = take(updateOf(response));
    if (refusal === undefined) handlers.onAnswered?.(typeUrl);
    if (from !== stream) return;
    from.send({
      typeUrl,
      responseNonce: nonce,
      ...(refusal === undefined ? {} : { errorDetail: { code: grpc.status.INVALID_ARGUMENT, message: refusal } }),
    });
  };

  const take = (update: ResourceUpdate): string | undefined => {
    const { changed, removed } = update;
    if (changed.length === 0 && removed.length === 0) return undefined;
    const refusal = offer(update, false);
    // As Envoy does: one bad listener does not keep the others out.
    if (refusal !== undefined) salvage(update, (part) => offer(part, true) === undefined);
    return refusal;
  };

  const offer = (update: ResourceUpdate, part: boolean): string | undefined => {
    const refusal = handlers.onUpdate(update, part);
    if (refusal !== undefined) return refusal;
    const { held } = subscriptions.of(update.typeUrl);
    for (const { name, version } of update.changed) held.set(name, version);
    for (const name of update.removed) held.delete(name);
    return undefined;
  };

  const lost = (from: AdsCall | undefined, reason: string): void => {
    if (from !== stream) return;
    if (from !== undefined) {
      stream = undefined;
      from.close();
      if (clock.monotonic() - from.openedAt >= stableAfterMs) backOff.reset();
    }
    if (!running) return;
    cancelRetry?.();
    cancelRetry = clock.after(backOff.next(), connect);
    handlers.onConnection('disconnected', reason);
  };

  const connect = (): void => {
    let opened: AdsCall;
    try {
      opened = openAdsCall(options);
    } catch (error) {
      // The root certificate or the token could not be read: as good as no connection, and it may come.
      lost(undefined, error instanceof Error ? error.message : String(error));
      return;
    }
    stream = opened;
    answered = false;
    subscriptions.newStream();
    opened.listen(
      (response) => receive(opened, response),
      (reason) => lost(opened, reason),
    );
    for (const subscription of subscriptions.all()) if (subscription.wanted.size > 0) opened.send(first(subscription));
    if (health !== undefined) opened.send(health);
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
      last?.hangUp();
    },
    subscribe(typeUrl, names) {
      const subscription = subscriptions.of(typeUrl);
      const { added, removed } = changeWanted(subscription, names === '*' ? ['*'] : names);
      if (stream === undefined || (added.length === 0 && removed.length === 0)) return;
      if (subscription.asked) {
        stream.send({ typeUrl, resourceNamesSubscribe: added, resourceNamesUnsubscribe: removed });
      } else if (subscription.wanted.size > 0) stream.send(first(subscription));
    },
    seed(typeUrl, versions) {
      const { held } = subscriptions.of(typeUrl);
      for (const [name, version] of versions) held.set(name, version);
    },
    reportHealth(healthy, message) {
      const errorDetail = { code: grpc.status.UNAVAILABLE, message };
      health = { typeUrl: healthTypeUrl, ...(healthy ? {} : { errorDetail }) };
      stream?.send(health);
    },
  };
}

/** The first request of a type on a stream: what is wanted, and what is held already. */
function first(subscription: ClientSubscription): AdsRequest {
  subscription.asked = true;
  return {
    typeUrl: subscription.typeUrl,
    resourceNamesSubscribe: [...subscription.wanted],
    initialResourceVersions: Object.fromEntries(subscription.held),
  };
}

function updateOf({ typeUrl, resources, removedResources }: DeltaDiscoveryResponse): ResourceUpdate {
  const changed: ReceivedResource[] = [];
  for (const { name, version, resource } of resources) {
    if (resource !== undefined) changed.push({ name, version, body: resource });
  }
  return { typeUrl, changed, removed: removedResources };
}

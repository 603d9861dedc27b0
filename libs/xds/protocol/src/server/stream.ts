/** One xDS stream: requests change subscriptions, `flush` sends what the proxy does not know yet. */

import * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';
import { healthTypeUrl, pushOrder, xdsTypes } from '../type-urls.ts';
import { createHeartbeats } from './heartbeats.ts';
import { checkBounds, refuse } from './request-bounds.ts';
import {
  createSubscription,
  type Difference,
  differenceOf,
  emptyResources,
  forget,
  isKnown,
  isNews,
  markTold,
  type Subscription,
  settle,
  statusOf,
  typeVersionOf,
} from './subscription.ts';
import type { OpaqueSnapshot, Refusal, ResourcesByName, TypeStatus, XdsServerLimits } from './types.ts';
import type { EncodeBatch, RequestHead, Variant } from './variant.ts';

export interface StreamEvents {
  /** May another response be made? If not, `flush` is called when it may. */
  mayWrite(): boolean;
  write(response: Buffer): void;
  /** Encodes a batch, or knows it. */
  readonly encode: EncodeBatch;
  onHealth(healthy: boolean, message: string): void;
  onAck(typeUrl: string): void;
  onNack(typeUrl: string, reason: string): void;
  onPush(typeUrl: string, resources: number): void;
}

export interface XdsStream<Request> {
  /** @returns a refusal that must end the stream. */
  receive(request: Request): Refusal | undefined;
  serve(snapshot: OpaqueSnapshot): void;
  /** Sends what is due, as far as the transport and the responses in flight allow. */
  flush(): void;
  status(): ReadonlyMap<string, TypeStatus>;
  /** No heartbeat comes after it. */
  stop(): void;
}

/** Types whose resources are used by others: what is gone stays until nothing uses it. */
const usedByRoutes: readonly string[] = [xdsTypes.CDS, xdsTypes.EDS];
const users: readonly string[] = [xdsTypes.LDS, xdsTypes.RDS];

/** @param onlyType the type of a service for a single one; requests may leave their own empty then. */
export function createXdsStream<Request extends RequestHead>(
  variant: Variant<Request>,
  limits: XdsServerLimits,
  events: StreamEvents,
  clock: Clock,
  onlyType?: string,
): XdsStream<Request> {
  const subscriptions = new Map<string, Subscription>();
  let snapshot: OpaqueSnapshot | undefined;
  let nonceCounter = 0;

  const resourcesOf = (typeUrl: string): ResourcesByName => snapshot?.resources.get(typeUrl) ?? emptyResources;
  const cut = (reason: string): string => reason.slice(0, limits.reasonLengthMax);
  const nextNonce = (): string => String(++nonceCounter);

  const receive = (request: Request): Refusal | undefined => {
    const { errorDetail, responseNonce } = request;
    const typeUrl = request.typeUrl || (onlyType ?? '');
    if (typeUrl === '') return refuse(grpc.status.INVALID_ARGUMENT, 'the request has no type_url');
    if (onlyType !== undefined && typeUrl !== onlyType) {
      return refuse(grpc.status.INVALID_ARGUMENT, `this service has resources of ${onlyType} only`);
    }
    if (typeUrl === healthTypeUrl) {
      events.onHealth(errorDetail === undefined, cut(errorDetail?.message ?? ''));
      return undefined;
    }
    const refusal = checkBounds(variant.namesIn(request), request, limits);
    if (refusal !== undefined) return refusal;
    const known = subscriptions.get(typeUrl);
    if (known === undefined && subscriptions.size >= limits.typesPerStreamMax) {
      return refuse(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.typesPerStreamMax} types on one stream`);
    }
    const subscription = known ?? createSubscription(typeUrl);
    if (known === undefined) subscriptions.set(typeUrl, subscription);
    else if (responseNonce !== '') {
      const current = responseNonce === known.nonce;
      if (current) judge(known, errorDetail?.message);
      else if (variant.staleVoidsRequest) return undefined;
    }
    variant.subscribe(subscription, request, known === undefined);
    if (subscription.names.size > limits.namesPerTypeMax) {
      return refuse(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.namesPerTypeMax} names of ${typeUrl}`);
    }
    flush();
    return undefined;
  };

  const judge = (subscription: Subscription, error: string | undefined): void => {
    // The same verdict may come again with a change of names.
    if (!subscription.inFlight) return;
    settle(subscription, error === '' ? 'refused without a reason' : error && cut(error));
    if (error === undefined) events.onAck(subscription.typeUrl);
    else events.onNack(subscription.typeUrl, subscription.error);
  };

  const flush = (): void => {
    if (snapshot === undefined) return;
    // While clusters wait for their turn, what may use them waits too, unless the proxy asked for it.
    let heldBack = false;
    for (const subscription of inPushOrder(subscriptions)) {
      heldBack = flushType(subscription, heldBack) || heldBack;
    }
  };

  /** True while listeners or routes of the proxy may still name what this snapshot has no more. */
  const routesAreOld = (): boolean =>
    users.some((typeUrl) => {
      const subscription = subscriptions.get(typeUrl);
      if (subscription === undefined) return false;
      const { inFlight, error } = subscription;
      return inFlight || error !== '' || isNews(differenceOf(subscription, resourcesOf(typeUrl)));
    });

  /** Make before break: removals that come after the routes. Names that never were are told at once. */
  const removalsToHold = (subscription: Subscription, { removed }: Difference): readonly string[] => {
    if (removed.length === 0 || !usedByRoutes.includes(subscription.typeUrl)) return [];
    const known = removed.filter((name) => isKnown(subscription, name));
    return known.length > 0 && routesAreOld() ? known : [];
  };

  /** @returns true where news of this type has to wait for the answer to the last response. */
  const flushType = (subscription: Subscription, heldBack: boolean): boolean => {
    const resources = resourcesOf(subscription.typeUrl);
    const full = differenceOf(subscription, resources);
    if (!isNews(full) && !subscription.answerDue) return false;
    const held = removalsToHold(subscription, full);
    const removed = held.length === 0 ? full.removed : full.removed.filter((name) => !held.includes(name));
    const difference = { batches: full.batches, removed };
    if (!isNews(difference) && !subscription.answerDue) return false;
    if (subscription.inFlight || !events.mayWrite()) return true;
    if (heldBack && !subscription.answerDue) return false;
    markTold(subscription, resources, held);
    const nonce = String(nonceCounter + 1);
    const made = variant.respond(subscription, difference, resources, nonce, events.encode);
    subscription.answerDue = false;
    if (made === undefined) return false;
    sending(subscription, nextNonce());
    subscription.sentVersion = typeVersionOf(resources);
    if (subscription.typeUrl === xdsTypes.CDS) rewarm(difference);
    events.write(made.response);
    heartbeats.sent(subscription, resources);
    events.onPush(subscription.typeUrl, made.resources);
    return false;
  };

  const sending = (subscription: Subscription, nonce: string): void => {
    subscription.nonce = nonce;
    subscription.inFlight = true;
  };

  /** A proxy warms a changed cluster by its endpoints: Envoy waits for them to be sent again, though they are the same. */
  const rewarm = ({ batches }: Difference): void => {
    const endpoints = subscriptions.get(xdsTypes.EDS);
    if (endpoints?.told === undefined) return;
    for (const { resources } of batches) {
      for (const { name } of resources) {
        if (endpoints.wildcard || endpoints.names.has(name)) forget(endpoints, name);
      }
    }
  };

  const heartbeats = createHeartbeats(clock, resourcesOf, (subscription, mortals) => {
    if (subscription.inFlight || !events.mayWrite()) return;
    const nonce = nextNonce();
    sending(subscription, nonce);
    const version = typeVersionOf(resourcesOf(subscription.typeUrl));
    events.write(variant.heartbeat(subscription.typeUrl, mortals, version, nonce));
  });

  return {
    receive,
    flush,
    serve(next) {
      if (next === snapshot) return;
      snapshot = next;
      flush();
    },
    status() {
      const byType = new Map<string, TypeStatus>();
      for (const [typeUrl, subscription] of subscriptions) {
        byType.set(typeUrl, statusOf(subscription, resourcesOf(typeUrl)));
      }
      return byType;
    },
    stop: heartbeats.stop,
  };
}

function* inPushOrder(subscriptions: ReadonlyMap<string, Subscription>): Iterable<Subscription> {
  for (const typeUrl of pushOrder) {
    const subscription = subscriptions.get(typeUrl);
    if (subscription !== undefined) yield subscription;
  }
  for (const [typeUrl, subscription] of subscriptions) if (!pushOrder.includes(typeUrl)) yield subscription;
}

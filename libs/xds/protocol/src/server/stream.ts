/** One ADS stream: requests change subscriptions, `flush` sends what the proxy does not know yet. */

import * as grpc from '@grpc/grpc-js';
import { healthTypeUrl, pushOrder, xdsTypes } from '../type-urls.ts';
import {
  createSubscription,
  differenceOf,
  emptyResources,
  markSent,
  type Subscription,
  settle,
  statusOf,
  typeVersionOf,
} from './subscription.ts';
import type { OpaqueSnapshot, Refusal, TypeStatus, XdsServerLimits } from './types.ts';
import type { RequestHead, Variant } from './variant.ts';

export interface StreamEvents<Response> {
  /** Takes a response; false: the transport is full until `flush` is called again. */
  write(response: Response): boolean;
  onHealth(healthy: boolean, message: string): void;
  onAck(typeUrl: string): void;
  onNack(typeUrl: string, reason: string): void;
  onPush(typeUrl: string, resources: number): void;
}

export interface AdsStream<Request> {
  /** @returns a refusal that must end the stream. */
  receive(request: Request): Refusal | undefined;
  serve(snapshot: OpaqueSnapshot): void;
  /** Sends what is due, as far as the transport and the responses in flight allow. */
  flush(): void;
  status(): ReadonlyMap<string, TypeStatus>;
}

const refuse = (status: grpc.status, reason: string): Refusal => ({ refused: true, status, reason });

export function createAdsStream<Request extends RequestHead, Response>(
  variant: Variant<Request, Response>,
  limits: XdsServerLimits,
  events: StreamEvents<Response>,
): AdsStream<Request> {
  const subscriptions = new Map<string, Subscription>();
  let snapshot: OpaqueSnapshot | undefined;
  let nonceCounter = 0;
  let full = false;

  const cut = (reason: string): string => reason.slice(0, limits.reasonLengthMax);

  const checkBounds = (request: Request): Refusal | undefined => {
    for (const names of variant.namesIn(request)) {
      if (names.length > limits.namesPerTypeMax) {
        return refuse(
          grpc.status.RESOURCE_EXHAUSTED,
          `more than ${limits.namesPerTypeMax} names of ${request.typeUrl}`,
        );
      }
      if (names.some((name) => name.length > limits.nameLengthMax)) {
        return refuse(grpc.status.RESOURCE_EXHAUSTED, `a resource name is longer than ${limits.nameLengthMax}`);
      }
    }
    return undefined;
  };

  const receive = (request: Request): Refusal | undefined => {
    const { typeUrl, errorDetail, responseNonce } = request;
    if (typeUrl === '') return refuse(grpc.status.INVALID_ARGUMENT, 'the request has no type_url');
    if (typeUrl === healthTypeUrl) {
      events.onHealth(errorDetail === undefined, cut(errorDetail?.message ?? ''));
      return undefined;
    }
    const refusal = checkBounds(request);
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
      if (full) return;
      heldBack = flushType(subscription, snapshot, heldBack) || heldBack;
    }
  };

  /** @returns true where news of this type has to wait for the answer to the last response. */
  const flushType = (subscription: Subscription, from: OpaqueSnapshot, heldBack: boolean): boolean => {
    const resources = from.resources.get(subscription.typeUrl) ?? emptyResources;
    const difference = differenceOf(subscription, resources);
    const news = difference.changed.length > 0 || difference.removed.length > 0;
    if (!news && !subscription.answerDue) return false;
    if (subscription.inFlight) return true;
    if (heldBack && !subscription.answerDue) return false;
    const nonce = String(nonceCounter + 1);
    const made = variant.respond(subscription, difference, resources, nonce);
    subscription.answerDue = false;
    markSent(subscription, difference);
    if (made === undefined) return false;
    nonceCounter += 1;
    subscription.nonce = nonce;
    subscription.inFlight = true;
    subscription.sentVersion = typeVersionOf(resources);
    if (subscription.typeUrl === xdsTypes.CDS) rewarm(difference.changed.map(({ name }) => name));
    full = !events.write(made.response);
    events.onPush(subscription.typeUrl, made.resources);
    return false;
  };

  /** A proxy warms a changed cluster by its endpoints: Envoy waits for them to be sent again, though they are the same. */
  const rewarm = (clusters: readonly string[]): void => {
    const endpoints = subscriptions.get(xdsTypes.EDS);
    if (endpoints === undefined) return;
    for (const name of clusters) endpoints.sent.delete(name);
  };

  return {
    receive,
    flush() {
      full = false;
      flush();
    },
    serve(next) {
      snapshot = next;
      flush();
    },
    status() {
      const byType = new Map<string, TypeStatus>();
      for (const [typeUrl, subscription] of subscriptions) {
        byType.set(typeUrl, statusOf(subscription, snapshot?.resources.get(typeUrl) ?? emptyResources));
      }
      return byType;
    },
  };
}

function* inPushOrder(subscriptions: ReadonlyMap<string, Subscription>): Iterable<Subscription> {
  for (const typeUrl of pushOrder) {
    const subscription = subscriptions.get(typeUrl);
    if (subscription !== undefined) yield subscription;
  }
  for (const [typeUrl, subscription] of subscriptions) if (!pushOrder.includes(typeUrl)) yield subscription;
}

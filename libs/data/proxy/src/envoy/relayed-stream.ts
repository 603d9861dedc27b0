/** One ADS stream of an Envoy, passed on to the control plane as it is, but for secret `default`, which is answered here. */

import type * as grpc from '@grpc/grpc-js';
import type { Identity } from '@weft/identity';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import type { AdsCall, AdsRequest } from '@weft/xds-protocol';
import { ownSecretAnswer, splitRequest, versionOf } from './own-secret.ts';

export interface RelayedStreamOptions {
  /** Opens the call to the control plane. @throws where there is nothing to show who calls. */
  open(node: Node): AdsCall;
  identity(): Identity | undefined;
  /** Told of each answer of the control plane, before Envoy is. */
  onAnswer(response: DeltaDiscoveryResponse): void;
  /** Envoy does not take secret `default`. */
  onOwnSecretRefused(reason: string): void;
  /** Called once; Envoy comes again by itself. @param lost why the control plane is not there; nothing: Envoy went. */
  onEnd(lost: string | undefined): void;
}

export interface RelayedStream {
  identityChanged(): void;
  /** Something of this process itself, between Envoy's requests; before Envoy's first one it is not sent. */
  send(request: AdsRequest): void;
  end(): void;
}

export type EnvoyCall = grpc.ServerDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

/** @param greeting what goes up after Envoy's first request; nothing: nothing does. */
export function relayStream(
  envoy: EnvoyCall,
  options: RelayedStreamOptions,
  greeting: () => AdsRequest | undefined,
): RelayedStream {
  let call: AdsCall | undefined;
  let wanted = false;
  /** Version of secret `default` that Envoy was given. */
  let given = '';
  let count = 0;
  let ended = false;

  const end = (lost?: string): void => {
    if (ended) return;
    ended = true;
    call?.hangUp();
    envoy.end();
    options.onEnd(lost);
  };

  const giveOwn = (): void => {
    const identity = options.identity();
    if (!wanted || ended || identity === undefined || versionOf(identity) === given) return;
    given = versionOf(identity);
    count += 1;
    envoy.write(ownSecretAnswer(identity, count));
  };

  const open = (node: Node | undefined): AdsCall | undefined => {
    try {
      if (node === undefined) throw new Error('the first request has no node');
      const opened = options.open(node);
      opened.listen((response) => {
        if (ended) return;
        options.onAnswer(response);
        envoy.write(response);
      }, end);
      return opened;
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };

  envoy.on('data', (request: DeltaDiscoveryRequest) => {
    if (ended) return;
    const isFirst = call === undefined;
    call ??= open(request.node);
    const { own, rest } = splitRequest(request);
    if (own.refusal !== undefined) options.onOwnSecretRefused(own.refusal);
    if (own.wanted !== undefined) {
      wanted = own.wanted;
      given = own.held;
      giveOwn();
    }
    if (rest !== undefined) call?.send(rest);
    const first = isFirst ? greeting() : undefined;
    if (first !== undefined) call?.send(first);
  });
  for (const event of ['end', 'cancelled', 'error']) envoy.on(event, () => end());

  return {
    identityChanged: giveOwn,
    send(request) {
      if (!ended) call?.send(request);
    },
    end: () => end(),
  };
}

/** Secret `default`: this workload's key and chain, as an Envoy asks for it, and what of its requests is about it. */

import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ownSecretName } from '@weft/data-runtime';
import type { Identity } from '@weft/identity';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { type AdsRequest, xdsTypes } from '@weft/xds-protocol';

/** Nonces of our own answers; the control plane's have another form. */
const nonceMark = 'own-';

/** What one request says of the secret. */
export interface OwnSecretRequest {
  /** True: wanted from now on; false: no more; nothing: as it was. */
  readonly wanted: boolean | undefined;
  /** Version that Envoy holds from an earlier stream; empty: none. */
  readonly held: string;
  /** Why Envoy refused our answer; nothing: it did not. */
  readonly refusal: string | undefined;
}

/** @returns the part about the secret, and the rest for the control plane; nothing where none is left. */
export function splitRequest(request: DeltaDiscoveryRequest): {
  readonly own: OwnSecretRequest;
  readonly rest: AdsRequest | undefined;
} {
  const { typeUrl, responseNonce, errorDetail, initialResourceVersions } = request;
  const subscribe = request.resourceNamesSubscribe;
  const unsubscribe = request.resourceNamesUnsubscribe;
  if (typeUrl !== xdsTypes.SDS) {
    return { own: { wanted: undefined, held: '', refusal: undefined }, rest: withoutNode(request) };
  }
  const answersOurs = responseNonce.startsWith(nonceMark);
  const own = {
    wanted: subscribe.includes(ownSecretName) ? true : unsubscribe.includes(ownSecretName) ? false : undefined,
    held: initialResourceVersions[ownSecretName] ?? '',
    refusal: answersOurs ? errorDetail?.message : undefined,
  };
  const { [ownSecretName]: _held, ...versions } = initialResourceVersions;
  const others = (name: string): boolean => name !== ownSecretName;
  const rest: AdsRequest = {
    typeUrl,
    resourceNamesSubscribe: subscribe.filter(others),
    resourceNamesUnsubscribe: unsubscribe.filter(others),
    initialResourceVersions: versions,
    ...(answersOurs ? {} : { responseNonce, ...(errorDetail === undefined ? {} : { errorDetail }) }),
  };
  const says =
    (rest.responseNonce ?? '') !== '' ||
    subscribe.some(others) ||
    unsubscribe.some(others) ||
    Object.keys(versions).length > 0;
  return { own, rest: says ? rest : undefined };
}

/** The node goes with the first request of a call, which the call itself looks after. */
function withoutNode(request: DeltaDiscoveryRequest): AdsRequest {
  const { $typeName: _name, node: _node, ...rest } = request;
  return rest;
}

export function versionOf(identity: Identity): string {
  return createHash('sha256').update(identity.certChainPem).digest('hex').slice(0, 16);
}

/** @param count of such answers on this stream. */
export function ownSecretAnswer(identity: Identity, count: number): DeltaDiscoveryResponse {
  const bytes = (pem: string) => ({
    specifier: { case: 'inlineBytes' as const, value: new TextEncoder().encode(pem) },
  });
  const secret = create(SecretSchema, {
    name: ownSecretName,
    type: {
      case: 'tlsCertificate',
      value: { certificateChain: bytes(identity.certChainPem), privateKey: bytes(identity.privateKeyPem) },
    },
  });
  const version = versionOf(identity);
  return create(DeltaDiscoveryResponseSchema, {
    typeUrl: xdsTypes.SDS,
    nonce: `${nonceMark}${count}`,
    systemVersionInfo: version,
    resources: [{ name: ownSecretName, version, resource: anyPack(SecretSchema, secret) }],
  });
}

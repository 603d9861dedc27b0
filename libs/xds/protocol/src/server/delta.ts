/** Incremental: requests add and remove names, responses carry what changed and what is gone. */

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryResponseSchema,
  type ResourceSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { isWildcardType } from '../type-urls.ts';
import { lifetime } from './lifetime.ts';
import { changedNames } from './name-sets.ts';
import { countOf, forget, knownVersion, type Subscription, typeVersionOf, widen } from './subscription.ts';
import type { OpaqueResource } from './types.ts';
import type { Variant } from './variant.ts';

export const deltaVariant: Variant<DeltaDiscoveryRequest> = {
  form: 'delta',
  // A change of names that crossed a response is valid: names are changed, not listed.
  staleVoidsRequest: false,
  namesIn: (request) => [
    request.resourceNamesSubscribe,
    request.resourceNamesUnsubscribe,
    Object.keys(request.initialResourceVersions),
  ],

  subscribe(subscription, request, first) {
    const { typeUrl, exceptions } = subscription;
    const asked = request.resourceNamesSubscribe.filter((name) => name !== '*');
    if (asked.length < request.resourceNamesSubscribe.length) widen(subscription);
    if (first && request.resourceNamesSubscribe.length === 0 && isWildcardType(typeUrl)) widen(subscription);
    // Asked for again: to be sent even where nothing changed.
    for (const name of asked) forget(subscription, name);
    subscription.names = changedNames(subscription.names, asked, []);
    unsubscribe(subscription, request.resourceNamesUnsubscribe);
    if (!first) return;
    subscription.answerDue = true;
    for (const [name, version] of Object.entries(request.initialResourceVersions)) {
      if (version !== '' && (subscription.wildcard || subscription.names.has(name))) exceptions.set(name, version);
    }
  },

  respond(subscription, difference, resources, nonce, encode) {
    const { typeUrl } = subscription;
    const rest = {
      systemVersionInfo: typeVersionOf(resources),
      typeUrl,
      nonce,
      removedResources: [...difference.removed],
      controlPlane: { identifier: 'weft' },
    };
    const parts = difference.batches.map((batch) => encode(batch, typeUrl));
    return { response: Buffer.concat([...parts, encoded(rest)]), resources: countOf(difference) };
  },

  heartbeat: (typeUrl, resources, version, nonce) =>
    Buffer.from(
      encoded({
        systemVersionInfo: version,
        typeUrl,
        nonce,
        resources: resources.map((resource) => ({
          name: resource.name,
          version: resource.version,
          ...lifetime(resource),
        })),
        controlPlane: { identifier: 'weft' },
      }),
    ),

  encodeBatch: ({ resources }, typeUrl) =>
    encoded({ resources: resources.map((resource) => resourceOf(resource, typeUrl)) }),
};

function unsubscribe(subscription: Subscription, names: readonly string[]): void {
  const { exceptions, held } = subscription;
  for (const name of names) {
    if (name === '*') {
      subscription.wildcard = false;
      continue;
    }
    const absent = knownVersion(subscription, name) === '';
    held.delete(name);
    if (!subscription.wildcard || absent) exceptions.delete(name);
  }
  subscription.names = changedNames(subscription.names, [], names);
}

function resourceOf(resource: OpaqueResource, typeUrl: string): MessageInitShape<typeof ResourceSchema> {
  const { name, version, bytes } = resource;
  return { name, version, resource: { typeUrl, value: bytes }, ...lifetime(resource) };
}

function encoded(init: Exclude<MessageInitShape<typeof DeltaDiscoveryResponseSchema>, { $typeName: string }>) {
  return toBinary(DeltaDiscoveryResponseSchema, create(DeltaDiscoveryResponseSchema, init));
}

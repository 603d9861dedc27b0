/** Incremental: requests add and remove names, responses carry what changed and what is gone. */

import { create } from '@bufbuild/protobuf';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { isWildcardType } from '../type-urls.ts';
import { typeVersionOf } from './subscription.ts';
import type { Variant } from './variant.ts';

export const deltaVariant: Variant<DeltaDiscoveryRequest, DeltaDiscoveryResponse> = {
  method: 'deltaAggregatedResources',
  // A change of names that crossed a response is valid: names are changed, not listed.
  staleVoidsRequest: false,
  namesIn: (request) => [
    request.resourceNamesSubscribe,
    request.resourceNamesUnsubscribe,
    Object.keys(request.initialResourceVersions),
  ],

  subscribe(subscription, request, first) {
    const { names, sent, typeUrl } = subscription;
    if (first && request.resourceNamesSubscribe.length === 0 && isWildcardType(typeUrl)) subscription.wildcard = true;
    for (const name of request.resourceNamesSubscribe) {
      if (name === '*') subscription.wildcard = true;
      else {
        names.add(name);
        // Asked for again: to be sent even where nothing changed.
        sent.delete(name);
      }
    }
    for (const name of request.resourceNamesUnsubscribe) {
      if (name === '*') {
        subscription.wildcard = false;
        for (const known of sent.keys()) if (!names.has(known)) sent.delete(known);
      } else {
        names.delete(name);
        if (!subscription.wildcard || sent.get(name) === '') sent.delete(name);
      }
    }
    if (!first) return;
    subscription.answerDue = true;
    for (const [name, version] of Object.entries(request.initialResourceVersions)) {
      if (version !== '' && (subscription.wildcard || names.has(name))) sent.set(name, version);
    }
  },

  respond(subscription, difference, resources, nonce) {
    const { typeUrl } = subscription;
    const response = create(DeltaDiscoveryResponseSchema, {
      systemVersionInfo: typeVersionOf(resources),
      typeUrl,
      nonce,
      resources: difference.changed.map(({ name, version, bytes }) => ({
        name,
        version,
        resource: { typeUrl, value: bytes },
      })),
      removedResources: [...difference.removed],
      controlPlane: { identifier: 'weft' },
    });
    return { response, resources: difference.changed.length };
  },
};

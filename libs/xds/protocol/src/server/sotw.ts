/** State of the world: each request lists all names wanted; LDS and CDS responses list all that there is. */

import { create } from '@bufbuild/protobuf';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { isWildcardType } from '../type-urls.ts';
import { typeVersionOf, wantedOf } from './subscription.ts';
import type { Variant } from './variant.ts';

export const sotwVariant: Variant<DiscoveryRequest, DiscoveryResponse> = {
  method: 'streamAggregatedResources',
  staleVoidsRequest: true,
  namesIn: (request) => [request.resourceNames],

  subscribe(subscription, request, first) {
    const wanted = new Set(request.resourceNames);
    const star = wanted.delete('*');
    if (wanted.size > 0 || star) subscription.namedBefore = true;
    const wildcard = star || (wanted.size === 0 && isWildcardType(subscription.typeUrl) && !subscription.namedBefore);
    let grown = wildcard && !subscription.wildcard;
    subscription.wildcard = wildcard;
    for (const name of subscription.names) {
      if (wanted.has(name)) continue;
      subscription.names.delete(name);
      if (!wildcard) subscription.sent.delete(name);
    }
    for (const name of wanted) {
      if (subscription.names.has(name)) continue;
      subscription.names.add(name);
      // Asked for anew: to be sent even if it was sent before it was given up.
      if (!wildcard) subscription.sent.delete(name);
      grown = true;
    }
    // A stream that starts over, or wants more, is answered; one that wants nothing is not.
    if (grown || (first && (wildcard || wanted.size > 0)) || (request.responseNonce === '' && !first && wildcard)) {
      subscription.answerDue = true;
    }
  },

  respond(subscription, difference, resources, nonce) {
    const full = isWildcardType(subscription.typeUrl);
    if (!full && difference.changed.length === 0 && !subscription.answerDue) return undefined;
    const included = full ? wantedOf(subscription, resources) : difference.changed;
    const { typeUrl } = subscription;
    const response = create(DiscoveryResponseSchema, {
      versionInfo: typeVersionOf(resources),
      typeUrl,
      nonce,
      resources: included.map(({ bytes }) => ({ typeUrl, value: bytes })),
      controlPlane: { identifier: 'weft' },
    });
    return { response, resources: included.length };
  },
};

/** State of the world: each request lists all names wanted; LDS and CDS responses list all that there is. */

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type DiscoveryRequest,
  DiscoveryResponseSchema,
  ResourceSchema,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { isWildcardType } from '../type-urls.ts';
import { lifetime } from './lifetime.ts';
import { changedNames } from './name-sets.ts';
import { countOf, forget, type Subscription, typeVersionOf, wantedOf, widen } from './subscription.ts';
import type { OpaqueResource } from './types.ts';
import type { Variant } from './variant.ts';

export const sotwVariant: Variant<DiscoveryRequest> = {
  form: 'sotw',
  staleVoidsRequest: true,
  namesIn: (request) => [request.resourceNames],

  subscribe(subscription, request, first) {
    const star = request.resourceNames.includes('*');
    const listed = star ? request.resourceNames.filter((name) => name !== '*') : request.resourceNames;
    if (listed.length > 0 || star) subscription.namedBefore = true;
    const wildcard = star || (listed.length === 0 && isWildcardType(subscription.typeUrl) && !subscription.namedBefore);
    const fresh = listed.some((name) => !subscription.names.has(name));
    const grown = fresh || (wildcard && !subscription.wildcard);
    if (wildcard) widen(subscription);
    else subscription.wildcard = false;
    rename(subscription, listed);
    // A stream that starts over, or wants more, is answered; one that wants nothing is not.
    const wants = wildcard || listed.length > 0;
    if (grown || (first && wants) || (request.responseNonce === '' && !first && wildcard)) {
      subscription.answerDue = true;
    }
  },

  respond(subscription, difference, resources, nonce, encode) {
    const full = isWildcardType(subscription.typeUrl);
    if (!full && difference.batches.length === 0 && !subscription.answerDue) return undefined;
    const batches = full ? wantedOf(subscription, resources) : difference.batches;
    const { typeUrl } = subscription;
    const rest = { versionInfo: typeVersionOf(resources), typeUrl, nonce, controlPlane: { identifier: 'weft' } };
    const parts = batches.map((batch) => encode(batch, typeUrl));
    return { response: Buffer.concat([...parts, encoded(rest)]), resources: countOf({ batches }) };
  },

  heartbeat: (typeUrl, resources, version, nonce) =>
    Buffer.from(
      encoded({
        versionInfo: version,
        typeUrl,
        nonce,
        resources: resources.map((resource) => wrapped(resource, undefined)),
        controlPlane: { identifier: 'weft' },
      }),
    ),

  encodeBatch: ({ resources }, typeUrl) =>
    encoded({
      resources: resources.map((resource) =>
        resource.ttlMs === undefined
          ? { typeUrl, value: resource.bytes }
          : wrapped(resource, { typeUrl, value: resource.bytes }),
      ),
    }),
};

function rename(subscription: Subscription, listed: readonly string[]): void {
  const { names, exceptions, held, wildcard } = subscription;
  const wanted = new Set(listed);
  const dropped = [...names].filter((name) => !wanted.has(name));
  if (!wildcard) {
    for (const name of dropped) {
      exceptions.delete(name);
      held.delete(name);
    }
    // Asked for anew: to be sent even if it was sent before it was given up.
    for (const name of wanted) if (!names.has(name)) forget(subscription, name);
  }
  subscription.names = changedNames(names, [...wanted], dropped);
}

/** What has a lifetime travels in a Resource. */
function wrapped(
  resource: OpaqueResource,
  content: { readonly typeUrl: string; readonly value: Uint8Array } | undefined,
): { typeUrl: string; value: Uint8Array<ArrayBuffer> } {
  const { name, version } = resource;
  const message = create(ResourceSchema, {
    name,
    version,
    ...(content === undefined ? {} : { resource: content as { typeUrl: string; value: Uint8Array<ArrayBuffer> } }),
    ...lifetime(resource),
  });
  return { typeUrl: `type.googleapis.com/${ResourceSchema.typeName}`, value: toBinary(ResourceSchema, message) };
}

function encoded(init: Exclude<MessageInitShape<typeof DiscoveryResponseSchema>, { $typeName: string }>) {
  return toBinary(DiscoveryResponseSchema, create(DiscoveryResponseSchema, init));
}

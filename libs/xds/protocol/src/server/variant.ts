/** The two forms of the protocol as one shape, so that the stream needs to know neither. */

import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Batch } from './map-difference.ts';
import type { Difference, Subscription } from './subscription.ts';
import type { OpaqueResource, ResourcesByName } from './types.ts';

/** What both forms of request have. */
export interface RequestHead {
  readonly node?: Node | undefined;
  readonly typeUrl: string;
  readonly responseNonce: string;
  readonly errorDetail?: { readonly message: string } | undefined;
}

/** The encoded field `resources` of a batch, made once where it is shared. */
export type EncodeBatch = (batch: Batch, typeUrl: string) => Uint8Array;

export interface Variant<Request extends RequestHead> {
  readonly form: 'sotw' | 'delta';
  /** Every name in the request, for the bounds. */
  namesIn(request: Request): readonly (readonly string[])[];
  /** True where a stale nonce makes the whole request void (state of the world), not only its verdict (incremental). */
  readonly staleVoidsRequest: boolean;
  /** Changes what is wanted. `first`: the first request of the type on this stream. */
  subscribe(subscription: Subscription, request: Request, first: boolean): void;
  /** The encoded response that tells `difference`; undefined where this form has nothing to say. */
  respond(
    subscription: Subscription,
    difference: Difference,
    resources: ResourcesByName,
    nonce: string,
    encode: EncodeBatch,
  ): { readonly response: Buffer; readonly resources: number } | undefined;
  /** Tells the proxy that resources with a lifetime live on; without their content. */
  heartbeat(typeUrl: string, resources: readonly OpaqueResource[], version: string, nonce: string): Buffer;
  /** The field `resources` of a response with this batch. */
  encodeBatch(batch: Batch, typeUrl: string): Uint8Array;
}

/** The bounds of one request: what is beyond them ends the stream. */

import * as grpc from '@grpc/grpc-js';
import type { Refusal, XdsServerLimits } from './types.ts';
import type { RequestHead } from './variant.ts';

export function refuse(status: grpc.status, reason: string): Refusal {
  return { refused: true, status, reason };
}

/** @param lists every list of names in the request. */
export function checkBounds(
  lists: readonly (readonly string[])[],
  { typeUrl, responseNonce }: RequestHead,
  limits: XdsServerLimits,
): Refusal | undefined {
  if (typeUrl.length > limits.typeUrlLengthMax) {
    return refuse(grpc.status.INVALID_ARGUMENT, `the type_url is longer than ${limits.typeUrlLengthMax}`);
  }
  if (responseNonce.length > limits.nonceLengthMax) {
    return refuse(grpc.status.INVALID_ARGUMENT, `the nonce is longer than ${limits.nonceLengthMax}`);
  }
  for (const names of lists) {
    if (names.length > limits.namesPerTypeMax) {
      return refuse(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.namesPerTypeMax} names of ${typeUrl}`);
    }
    if (names.some((name) => name.length > limits.nameLengthMax)) {
      return refuse(grpc.status.RESOURCE_EXHAUSTED, `a resource name is longer than ${limits.nameLengthMax}`);
    }
  }
  return undefined;
}

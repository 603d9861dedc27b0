/** The lifetime of a resource as both forms of the protocol carry it. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DurationSchema } from '@bufbuild/protobuf/wkt';
import type { OpaqueResource } from './types.ts';

export function lifetime({ ttlMs }: OpaqueResource): { readonly ttl?: MessageInitShape<typeof DurationSchema> } {
  if (ttlMs === undefined) return {};
  return { ttl: { seconds: BigInt(Math.floor(ttlMs / 1000)), nanos: (ttlMs % 1000) * 1_000_000 } };
}

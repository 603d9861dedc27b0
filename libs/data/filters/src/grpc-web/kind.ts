/** How the gRPC-Web filter is made from its message. */

import { type HttpFilterKind, unpack } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import { GrpcWebSchema } from '@weft/xds-messages/envoy/extensions/filters/http/grpc_web/v3/grpc_web';
import { createGrpcWeb } from './grpc-web.ts';

export function createGrpcWebKind(deps: { readonly clock: Clock }): HttpFilterKind {
  return {
    schema: GrpcWebSchema,
    supported: { 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': [] },
    compile(config, name, _context, where) {
      unpack(config, GrpcWebSchema, where);
      return createGrpcWeb(name, deps.clock);
    },
  };
}

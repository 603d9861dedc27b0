/** Metadata of routes: where they are written, and what Weft's sidecar is told beyond Envoy's API (docs/reference/weft-metadata.md). */

import type { Provenance } from '@weft/kernel';
import type { Metadata } from '@weft/xds-messages/envoy/config/core/v3/base';
import { filterMetadata } from '../messages/core.ts';
import { weftStruct } from '../provenance.ts';

export interface RouteMetadata {
  /** Of each target, in the order in which they stand in the action. */
  readonly targets?: readonly Provenance[];
  /**
   * How long a gRPC call's own deadline may be, milliseconds, 0 for any. Envoy's field for it, max_grpc_timeout, is one it warns of, and beside
   * the one that succeeded it Envoy does not look at the route's timeout.
   */
  readonly grpcDeadlineMaxMs?: number;
}

export function routeMetadata(from: Provenance, { targets = [], grpcDeadlineMaxMs }: RouteMetadata = {}): Metadata {
  return filterMetadata({
    weft: weftStruct(from, {
      ...(grpcDeadlineMaxMs === undefined ? {} : { grpc_deadline_max_ms: grpcDeadlineMaxMs }),
      ...(targets.length === 0 ? {} : { targets: targets.map((target) => weftStruct(target)) }),
    }),
  });
}

/** The table of contents of the plugs: every xDS message that a filter or an access log is made from. */

import type { AccessLogKind, HttpFilterKind, NetworkFilterKind } from '@weft/data-runtime';
import { type AccessLogKindDeps, createFileLogKinds } from './access-log/kinds.ts';
import type { FilterDeps } from './filter-deps.ts';
import { createGrpcStatsKind } from './grpc-stats/grpc-stats.ts';

/** http_filters, the router apart. */
export function createHttpFilterKinds(deps: FilterDeps): readonly HttpFilterKind[] {
  return [createGrpcStatsKind(deps)];
}

/** Network filters before the last one of a chain. */
export function createNetworkFilterKinds(_deps: FilterDeps): readonly NetworkFilterKind[] {
  return [];
}

/** Access loggers. */
export function createAccessLogKinds(deps: AccessLogKindDeps): readonly AccessLogKind[] {
  return [...createFileLogKinds(deps)];
}

/** The table of contents of the plugs: every xDS message that a filter or an access log is made from. */

import type { AccessLogKind, HttpFilterKind, NetworkFilterKind } from '@weft/data-runtime';
import { type AccessLogKindDeps, createFileLogKinds } from './access-log/kinds.ts';
import { createAdaptiveConcurrencyKind } from './adaptive-concurrency/kind.ts';
import { createCorsKind } from './cors/kind.ts';
import { createExtAuthzKind } from './ext-authz/kind.ts';
import { createFaultKind } from './fault/kind.ts';
import type { FilterDeps } from './filter-deps.ts';
import { createGrpcStatsKind } from './grpc-stats/grpc-stats.ts';
import { createGrpcWebKind } from './grpc-web/kind.ts';
import { createHeaderMutationKind } from './header-mutation/kind.ts';
import { createJwtAuthnKind } from './jwt-authn/kind.ts';
import { createLocalRateLimitKind } from './local-ratelimit/kind.ts';
import { createConnectionLimitKind } from './network/connection-limit/kind.ts';
import { createConnectionRateLimitKind } from './network/local-ratelimit/kind.ts';
import { createNetworkRbacKind } from './network/rbac/kind.ts';
import { createRateLimitKind } from './ratelimit/kind.ts';
import { createRbacKind } from './rbac/kind.ts';
import { createStatefulSessionKind } from './stateful-session/kind.ts';

/** http_filters, the router apart. */
export function createHttpFilterKinds(deps: FilterDeps): readonly HttpFilterKind[] {
  return [
    createExtAuthzKind({ ...deps, ownUri: deps.proxy.ownUri }),
    createJwtAuthnKind(deps),
    createRbacKind(deps),
    createCorsKind(deps),
    createGrpcStatsKind(deps),
    createFaultKind(deps),
    createLocalRateLimitKind(deps),
    createRateLimitKind(deps),
    createAdaptiveConcurrencyKind(deps),
    createGrpcWebKind(deps),
    createStatefulSessionKind(deps),
    createHeaderMutationKind(),
  ];
}

/** Network filters before the last one of a chain. */
export function createNetworkFilterKinds(deps: FilterDeps): readonly NetworkFilterKind[] {
  return [createNetworkRbacKind(deps), createConnectionLimitKind(deps), createConnectionRateLimitKind(deps)];
}

/** Access loggers. */
export function createAccessLogKinds(deps: AccessLogKindDeps): readonly AccessLogKind[] {
  return [...createFileLogKinds(deps)];
}

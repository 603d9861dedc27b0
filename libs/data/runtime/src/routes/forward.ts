/** The action that forwards. */

import { RoutingPriority } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  type RouteAction,
  type VirtualHost,
  type Route as XdsRoute,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { routeTimeoutMs } from '../limits.ts';
import { grpcDeadlineMax, provenanceOf } from '../metadata.ts';
import type { ForwardAction, MirrorPolicy, RateLimitRule, RetryPolicy } from '../tables/route.ts';
import type { FilterConfigs } from './filter-configs.ts';
import { compileHash } from './hash-policy.ts';
import { compileInternalRedirect } from './internal-redirect.ts';
import { compileMirrors } from './mirror.ts';
import type { PathShape } from './path-match.ts';
import { compileRateLimits } from './rate-limit.ts';
import { compileRetry } from './retry.ts';
import { compileAuthority, compilePathRewrite } from './rewrite.ts';
import type { RouteContext } from './route-context.ts';
import { compileSubset } from './subset.ts';
import { compileTargets } from './targets.ts';
import { compileUpgrades, forwardsConnect } from './upgrades.ts';

const notFoundStatuses: Readonly<Record<number, number>> = {
  [NotFoundCode.SERVICE_UNAVAILABLE]: 503,
  [NotFoundCode.NOT_FOUND]: 404,
  [NotFoundCode.INTERNAL_SERVER_ERROR]: 500,
};

/** What the virtual host and the table give to routes that do not say it themselves; compiled once. */
export interface HostDefaults {
  readonly host: VirtualHost;
  readonly retry: RetryPolicy | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  readonly rateLimits: readonly RateLimitRule[];
}

/** @param filterConfigs the route's own with those above it. @throws WeftError `config_rejected` */
export function compileForward(
  route: XdsRoute,
  action: RouteAction,
  shape: PathShape,
  defaults: HostDefaults,
  filterConfigs: FilterConfigs | undefined,
  context: RouteContext,
  where: string,
): ForwardAction {
  const { host } = defaults;
  const subset = compileSubset(action.metadataMatch, undefined, where);
  const { targets, pick } = compileTargets(route, action, subset, filterConfigs, context, where);
  const auto = action.hostRewriteSpecifier;
  const ownLimits = compileRateLimits(action.rateLimits, context, where);
  const withHost = ownLimits.length === 0 || action.includeVhRateLimits === true;
  const clusterNotFoundStatus = notFoundStatuses[action.clusterNotFoundResponseCode];
  if (clusterNotFoundStatus === undefined) refuse(where, 'cluster_not_found_response_code is not supported');
  return {
    kind: 'forward',
    targets,
    pick,
    timeoutMs: milliseconds(action.timeout, routeTimeoutMs),
    idleTimeoutMs: action.idleTimeout === undefined ? undefined : milliseconds(action.idleTimeout, 0),
    ...compileDurations(action, grpcDeadlineMax(route.metadata)),
    retry: compileRetry(action.retryPolicy, where) ?? defaults.retry,
    mirrors:
      action.requestMirrorPolicies.length === 0
        ? defaults.mirrors
        : compileMirrors(action.requestMirrorPolicies, provenanceOf(route.metadata), context, where),
    hash: compileHash(action.hashPolicy, where),
    subset,
    priority: compilePriority(action.priority, where),
    rewritePath: compilePathRewrite(action, shape, where),
    rewriteAuthority: compileAuthority(action, where),
    autoHostRewrite: auto.case === 'autoHostRewrite' && auto.value.value,
    appendForwardedHost: action.appendXForwardedHost,
    internalRedirect: compileInternalRedirect(action.internalRedirectPolicy, where),
    upgrades: compileUpgrades(action.upgradeConfigs, shape.connect, where),
    forwardConnect: forwardsConnect(action.upgradeConfigs, shape.connect),
    rateLimits: withHost ? [...ownLimits, ...defaults.rateLimits] : ownLimits,
    routeRateLimits: ownLimits,
    virtualHostRateLimits: defaults.rateLimits,
    clusterNotFoundStatus,
    bufferBytesMax: route.perRequestBufferLimitBytes ?? host.perRequestBufferLimitBytes,
    attemptCountInRequest: host.includeRequestAttemptCount,
    attemptCountInResponse: host.includeAttemptCountInResponse,
  };
}

/** max_stream_duration, and the older max_grpc_timeout and grpc_timeout_offset where it does not say. @param deadlineMaxMs of Weft's metadata, in place of max_grpc_timeout. */
function compileDurations(
  action: RouteAction,
  deadlineMaxMs: number | undefined,
): Pick<ForwardAction, 'maxDurationMs' | 'grpcMaxMs' | 'grpcLimitsStream' | 'grpcOffsetMs'> {
  const limits = action.maxStreamDuration;
  const grpcMax = limits === undefined ? action.maxGrpcTimeout : limits.grpcTimeoutHeaderMax;
  const grpcOffset = limits === undefined ? action.grpcTimeoutOffset : limits.grpcTimeoutHeaderOffset;
  return {
    maxDurationMs: limits?.maxStreamDuration === undefined ? undefined : milliseconds(limits.maxStreamDuration, 0),
    grpcMaxMs: grpcMax === undefined ? deadlineMaxMs : milliseconds(grpcMax, 0),
    grpcLimitsStream: limits !== undefined,
    grpcOffsetMs: milliseconds(grpcOffset, 0),
  };
}

function compilePriority(priority: RoutingPriority, where: string): 'default' | 'high' {
  if (priority === RoutingPriority.DEFAULT) return 'default';
  return priority === RoutingPriority.HIGH ? 'high' : refuse(where, `priority ${priority} is not supported`);
}

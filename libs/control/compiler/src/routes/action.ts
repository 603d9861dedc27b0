/** What a rule does with a request that it matches: forward, redirect or answer. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { HttpRouteDestination, HttpRule } from '@weft/model';
import {
  type RouteAction,
  RouteAction_ClusterNotFoundResponseCode,
  RouteAction_MaxStreamDurationSchema,
  RouteActionSchema,
  type RouteSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { duration } from '../messages/core.ts';
import { notice } from '../provenance.ts';
import { originOf, type PlacedRule } from '../virtual-services/placed-rule.ts';
import { directResponseAction, redirectAction } from './answer.ts';
import { destinationCluster } from './destination.ts';
import { destinationHash, hashPolicy } from './hash-policy.ts';
import { type HeaderChanges, headerChanges, hostOverride, joinChanges } from './headers.ts';
import { mirrorPolicies } from './mirrors.ts';
import { retryPolicy } from './retries.ts';
import type { RouteScope } from './scope.ts';

export interface RuleAction {
  readonly action: Exclude<MessageInitShape<typeof RouteSchema>['action'], undefined>;
  readonly headers: HeaderChanges;
  /** Of each target, in the order in which they stand in the action. */
  readonly targets: readonly Provenance[];
}

/** Undefined for a rule that does nothing that a proxy could do: without destination and without answer. */
export function ruleAction(scope: RouteScope, placed: PlacedRule): RuleAction | undefined {
  const { rule, origin } = placed;
  const headers = headerChanges(rule.headers);
  if (scope.dialect === 'grpc' && (rule.redirect !== undefined || rule.directResponse !== undefined)) {
    const sentence = 'answers itself, which a proxyless gRPC client cannot; its calls fail UNAVAILABLE';
    scope.notices.add(notice(originOf(origin), sentence));
    return { action: { case: 'nonForwardingAction', value: {} }, headers, targets: [] };
  }
  if (rule.redirect !== undefined) {
    return { action: { case: 'redirect', value: redirectAction(rule.redirect, scope) }, headers, targets: [] };
  }
  if (rule.directResponse !== undefined) {
    return {
      action: { case: 'directResponse', value: directResponseAction(rule.directResponse) },
      headers,
      targets: [],
    };
  }
  const forwarded = forwardAction(scope, placed, rule.route ?? []);
  if (forwarded === undefined) {
    scope.notices.add(notice(originOf(origin), 'leads nowhere and is left out'));
    return undefined;
  }
  const { forward, targets, only, byHash } = forwarded;
  setTimeouts(forward, rule.timeoutMs ?? 0, scope);
  if (rule.idleTimeoutMs !== undefined && scope.dialect === 'proxy') forward.idleTimeout = duration(rule.idleTimeoutMs);
  if (scope.semantics === 'gateway') {
    // 503 is UNAVAILABLE to a gRPC client.
    forward.clusterNotFoundResponseCode = isOfGrpcRoute(placed)
      ? RouteAction_ClusterNotFoundResponseCode.SERVICE_UNAVAILABLE
      : RouteAction_ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR;
  }
  setRewrite(forward, rule, only);
  forward.requestMirrorPolicies = scope.dialect === 'grpc' ? [] : mirrorPolicies(scope, placed);
  const retries = retryPolicy(rule.retries ?? scope.world.input.mesh.defaultHttpRetryPolicy, byHash, scope.dialect);
  if (retries !== undefined) forward.retryPolicy = retries;
  return {
    action: { case: 'route', value: forward },
    headers: only === undefined ? headers : joinChanges(headers, headerChanges(only.headers)),
    targets,
  };
}

function isOfGrpcRoute({ origin }: PlacedRule): boolean {
  const kind: string = origin.resource.kind;
  return kind === 'GRPCRoute';
}

/** 0 switches the limit off. A proxyless client knows the limit of a stream alone. */
export function setTimeouts(forward: RouteAction, timeoutMs: number, { dialect }: Pick<RouteScope, 'dialect'>): void {
  const timeout = duration(timeoutMs);
  forward.timeout = timeout;
  if (dialect === 'grpc') {
    forward.maxStreamDuration = create(RouteAction_MaxStreamDurationSchema, { maxStreamDuration: timeout });
  }
}

interface Forward {
  readonly forward: RouteAction;
  readonly targets: readonly Provenance[];
  /** The only destination, whose header operations become the route's. */
  readonly only: HttpRouteDestination | undefined;
  /** The only destination is chosen by hash. */
  readonly byHash: boolean;
}

/** A single destination takes all whatever its weight; of several, those without weight are left out. */
export function forwardAction(
  scope: RouteScope,
  { origin }: PlacedRule,
  destinations: readonly HttpRouteDestination[],
): Forward | undefined {
  const placed = destinations
    .map((destination, position) => ({ destination, from: originOf(origin, `route[${position}]`) }))
    .filter(({ destination }) => destinations.length === 1 || (destination.weight ?? 0) > 0);
  const [first] = placed;
  if (first === undefined) return undefined;
  const hashes = placed.flatMap(({ destination, from }) => hashOf(scope, destination, from));
  const targets = placed.map(({ from }) => from);
  if (destinations.length === 1) {
    const cluster = destinationCluster(scope, first.destination.destination, first.from);
    const forward = create(RouteActionSchema, {
      clusterSpecifier: { case: 'cluster', value: cluster },
      hashPolicy: hashes,
    });
    const byHash = destinationHash(scope, first.destination.destination) !== undefined;
    return { forward, targets, only: first.destination, byHash };
  }
  const clusters = placed.map(({ destination, from }) => {
    const host = hostOverride(destination.headers);
    return {
      name: destinationCluster(scope, destination.destination, from),
      weight: destination.weight ?? 0,
      ...headerChanges(destination.headers),
      ...(host === undefined ? {} : { hostRewriteSpecifier: { case: 'hostRewriteLiteral' as const, value: host } }),
    };
  });
  const forward = create(RouteActionSchema, {
    clusterSpecifier: { case: 'weightedClusters', value: { clusters } },
    hashPolicy: hashes,
  });
  return { forward, targets, only: undefined, byHash: false };
}

function hashOf(scope: RouteScope, { destination }: HttpRouteDestination, from: Provenance) {
  const hash = destinationHash(scope, destination);
  if (hash === undefined) return [];
  const policy = hashPolicy(hash, scope);
  if (policy !== undefined) return [policy];
  if (scope.dialect === 'grpc') {
    scope.notices.add(notice(from, 'is hashed by what a proxyless gRPC client cannot hash: it hashes headers alone'));
  }
  return [];
}

/** The host of a rewrite before that of the rule's headers, that before the only destination's. */
function setRewrite(
  forward: RouteAction,
  { rewrite, headers }: HttpRule,
  only: HttpRouteDestination | undefined,
): void {
  const host = rewrite?.authority || hostOverride(headers) || hostOverride(only?.headers);
  if (host !== undefined && host !== '') {
    forward.hostRewriteSpecifier = { case: 'hostRewriteLiteral', value: host };
  }
  const regex = rewrite?.uriRegexRewrite;
  if (regex !== undefined) {
    forward.regexRewrite = create(RouteActionSchema, {
      regexRewrite: { pattern: { regex: regex.match }, substitution: regex.rewrite },
    }).regexRewrite as NonNullable<RouteAction['regexRewrite']>;
  } else if (rewrite?.uri) {
    forward.prefixRewrite = rewrite.uri;
  }
}

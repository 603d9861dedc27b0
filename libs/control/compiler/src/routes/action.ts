/** What a rule does with a request that it matches: forward, redirect or answer. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { HttpRedirect, HttpRouteDestination, HttpRule, Resource } from '@weft/model';
import {
  type DirectResponseActionSchema,
  RedirectAction_RedirectResponseCode,
  type RedirectActionSchema,
  type RouteAction,
  RouteActionSchema,
  type RouteSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { duration } from '../messages/core.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { destinationCluster, type RouteScope } from './destination.ts';
import { type HeaderChanges, headerChanges, hostOverride, joinChanges } from './headers.ts';

export interface RuleAction {
  readonly action: Exclude<MessageInitShape<typeof RouteSchema>['action'], undefined>;
  readonly headers: HeaderChanges;
  /** Of each target, in the order in which they stand in the action. */
  readonly targets: readonly Provenance[];
}

/** @param path of the rule below spec: "http[0]". */
export function ruleAction(
  scope: RouteScope,
  resource: Resource<'VirtualService'>,
  rule: HttpRule,
  path: string,
): RuleAction {
  const headers = headerChanges(rule.headers);
  if (scope.dialect === 'grpc' && (rule.redirect !== undefined || rule.directResponse !== undefined)) {
    const from = provenanceOf(resource, path);
    scope.notices.add(notice(from, 'answers itself, which a proxyless gRPC client cannot; its calls fail UNAVAILABLE'));
    return { action: { case: 'nonForwardingAction', value: {} }, headers, targets: [] };
  }
  if (rule.redirect !== undefined) {
    return { action: { case: 'redirect', value: redirect(rule.redirect, scope.calledPort) }, headers, targets: [] };
  }
  if (rule.directResponse !== undefined) {
    return { action: { case: 'directResponse', value: directResponse(rule.directResponse) }, headers, targets: [] };
  }
  const { forward, targets, only } = forwardAction(scope, resource, rule.route ?? [], path);
  const hostRewrite = rule.rewrite?.authority ?? hostOverride(only?.headers) ?? hostOverride(rule.headers);
  forward.timeout = duration(rule.timeoutMs ?? 0);
  if (rule.rewrite?.uri !== undefined) forward.prefixRewrite = rule.rewrite.uri;
  if (hostRewrite !== undefined) forward.hostRewriteSpecifier = { case: 'hostRewriteLiteral', value: hostRewrite };
  return {
    action: { case: 'route', value: forward },
    headers: only === undefined ? headers : joinChanges(headers, headerChanges(only.headers)),
    targets,
  };
}

interface Forward {
  readonly forward: RouteAction;
  readonly targets: readonly Provenance[];
  /** The only destination, whose header operations become the route's. */
  readonly only: HttpRouteDestination | undefined;
}

/** A single destination takes all whatever its weight; of several, those without weight are left out. */
export function forwardAction(
  scope: RouteScope,
  resource: Resource<'VirtualService'>,
  destinations: readonly HttpRouteDestination[],
  path: string,
): Forward {
  const placed = destinations.map((destination, position) => ({
    destination,
    from: provenanceOf(resource, `${path}.route[${position}]`),
  }));
  const [first] = placed;
  if (placed.length === 1 && first !== undefined) {
    const cluster = destinationCluster(scope, first.destination.destination, resource.namespace, first.from);
    const forward = create(RouteActionSchema, { clusterSpecifier: { case: 'cluster', value: cluster } });
    return { forward, targets: [first.from], only: first.destination };
  }
  const weighted = placed.filter(({ destination }) => (destination.weight ?? 0) > 0);
  const clusters = weighted.map(({ destination, from }) => {
    if (hostOverride(destination.headers) !== undefined) {
      scope.notices.add(notice(from, 'Host in the headers of one of several destinations is not applied'));
    }
    return {
      name: destinationCluster(scope, destination.destination, resource.namespace, from),
      weight: destination.weight ?? 0,
      ...headerChanges(destination.headers),
    };
  });
  const forward = create(RouteActionSchema, { clusterSpecifier: { case: 'weightedClusters', value: { clusters } } });
  return { forward, targets: weighted.map(({ from }) => from), only: undefined };
}

const redirectCodes: Readonly<Record<number, RedirectAction_RedirectResponseCode>> = {
  301: RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
  302: RedirectAction_RedirectResponseCode.FOUND,
  303: RedirectAction_RedirectResponseCode.SEE_OTHER,
  307: RedirectAction_RedirectResponseCode.TEMPORARY_REDIRECT,
  308: RedirectAction_RedirectResponseCode.PERMANENT_REDIRECT,
};

function redirect(rule: HttpRedirect, calledPort: number): MessageInitShape<typeof RedirectActionSchema> {
  const wanted = rule.port ?? (rule.derivePort === 'FROM_REQUEST_PORT' ? calledPort : 0);
  const schemePort = rule.scheme === 'https' ? 443 : 80;
  return {
    responseCode: redirectCodes[rule.redirectCode ?? 301] ?? RedirectAction_RedirectResponseCode.MOVED_PERMANENTLY,
    portRedirect: wanted === schemePort ? 0 : wanted,
    ...(rule.authority === undefined ? {} : { hostRedirect: rule.authority }),
    ...(rule.uri === undefined ? {} : { pathRewriteSpecifier: { case: 'pathRedirect' as const, value: rule.uri } }),
    ...(rule.scheme === undefined
      ? {}
      : { schemeRewriteSpecifier: { case: 'schemeRedirect' as const, value: rule.scheme } }),
  };
}

function directResponse(
  rule: NonNullable<HttpRule['directResponse']>,
): MessageInitShape<typeof DirectResponseActionSchema> {
  const { status, body } = rule;
  if (body?.string !== undefined) return { status, body: { specifier: { case: 'inlineString', value: body.string } } };
  if (body?.bytes === undefined) return { status };
  const bytes = new Uint8Array(Buffer.from(body.bytes, 'base64'));
  return { status, body: { specifier: { case: 'inlineBytes', value: bytes } } };
}

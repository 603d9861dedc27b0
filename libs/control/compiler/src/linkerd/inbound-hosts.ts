/** Routes that are attached to a Server, as virtual hosts: what none of them takes is answered 404, as Linkerd does. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { Provenance } from '@weft/kernel';
import { byPrecedence, type Resource, type TranslatedRule, translateRoute } from '@weft/model';
import { type Route, RouteSchema, type VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { RBACPerRouteSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import { hostCovers } from '../model-index.ts';
import { provenanceOf } from '../provenance.ts';
import { redirectAction } from '../routes/answer.ts';
import { headerChanges } from '../routes/headers.ts';
import { routeMatch } from '../routes/match.ts';
import { routeMetadata } from '../routes/route-metadata.ts';
import { inboundRoute } from '../routes/service-routes.ts';
import { virtualHost } from '../routes/virtual-host.ts';
import type { World } from '../world.ts';
import type { GuardedRoute } from './guard.ts';
import { judgementFields } from './rules.ts';

/** The filter that route by route gets its rules. */
export const linkerdRbacName = 'weft.linkerd.authorization';

export interface InboundTarget {
  readonly cluster: string;
  /** What a trace calls it. */
  readonly operation: string;
  /** Of the service. */
  readonly port: number;
  /** Where the listener was written. */
  readonly from: Provenance;
}

type AttachedRule = TranslatedRule & { readonly resource: Resource; readonly guarded: GuardedRoute };

/** One for each host name of the routes; it also has the routes of the patterns that cover it. */
export function attachedHosts(
  { input }: World,
  routes: readonly GuardedRoute[],
  target: InboundTarget,
): readonly VirtualHost[] {
  const rules = routes.map((guarded) => {
    const { route } = guarded;
    const translated = translateRoute(input.model, route, input.domain);
    const hosts = route.spec.hostnames?.length ? route.spec.hostnames.map((host) => host.toLowerCase()) : ['*'];
    return { hosts, rules: translated.map((rule) => ({ ...rule, resource: route as Resource, guarded })) };
  });
  const names = [...new Set(rules.flatMap(({ hosts }) => hosts))].sort(bySpecificity);
  return names.map((host) => {
    const covering = names.filter((pattern) => hostCovers(pattern, host)).sort(bySpecificity);
    const placed = covering.flatMap((pattern) => {
      const own: readonly AttachedRule[] = rules.flatMap((one) => (one.hosts.includes(pattern) ? one.rules : []));
      return byPrecedence(own) as readonly AttachedRule[];
    });
    return virtualHost(
      `inbound|http|${target.port}|${host}`,
      [host],
      placed.map((rule) => routeOf(rule, target)),
      target.from,
    );
  });
}

/** A name, then the longer pattern, then "*". */
function bySpecificity(left: string, right: string): number {
  const rank = (host: string): number => (host.startsWith('*') ? host.length : 1000 + host.length);
  return rank(right) - rank(left) || (left < right ? -1 : 1);
}

function routeOf({ rule, path, resource, guarded }: AttachedRule, { cluster, operation, port }: InboundTarget): Route {
  const from = provenanceOf(resource, path.replace(/^spec\./, ''));
  const forward = inboundRoute(cluster, operation, from);
  const config = create(RBACPerRouteSchema, { rbac: judgementFields(guarded.judgement, 'http') });
  return create(RouteSchema, {
    name: `${resource.namespace}/${resource.name}`,
    match: routeMatch(rule.match?.[0], 'proxy'),
    action:
      rule.redirect === undefined
        ? forward.action
        : { case: 'redirect', value: redirectAction(rule.redirect, { calledPort: port, isTls: false }) },
    ...(forward.decorator === undefined ? {} : { decorator: forward.decorator }),
    ...headerChanges(rule.headers),
    typedPerFilterConfig: { [linkerdRbacName]: anyPack(RBACPerRouteSchema, config) },
    metadata: routeMetadata(from),
  });
}

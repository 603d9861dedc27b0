/** HTTPRoute and GRPCRoute of the Gateway API, and Linkerd's HTTPRoute: rules of several routes of one host are put in the order of that API. */

import {
  type AnyResource,
  byPrecedence,
  type HttpRule,
  type Model,
  type Resource,
  type TranslatableRoute,
  type TranslatedRule,
  translateRoute,
} from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { indexedRules, placeTranslated } from './place.ts';
import { routeParents } from './route-parents.ts';
import { withAnnotatedTimes } from './route-times.ts';

interface Parent {
  readonly gateway?: string;
  readonly host: string;
  /** Of the service that is the parent. */
  readonly port?: number;
  /** In the mesh, routes of other namespaces than the service's speak for callers of theirs alone. */
  readonly namespace: string;
  readonly isConsumer: boolean;
}

interface Group {
  readonly parent: Parent;
  readonly rules: (TranslatedRule & { readonly resource: Resource; readonly port: number | undefined })[];
}

/** One entry for each host of a listener and each service; those of callers' own namespaces first. */
export function attachedRoutes(
  model: Model,
  routes: readonly TranslatableRoute[],
  naming: Naming,
): readonly IndexedVirtualService[] {
  const groups = new Map<string, Group>();
  for (const route of routes) {
    const translated = translateRoute(model, route, naming.domain);
    for (const parent of parentsOf(model, route, naming)) {
      const key = `${parent.gateway ?? `mesh ${parent.namespace}`} ${parent.host}`;
      const group = groups.get(key) ?? { parent, rules: [] };
      groups.set(key, group);
      const timed = parent.gateway === undefined ? withAnnotatedTimes(model, route, parent.host, naming.domain) : asIs;
      for (const { path, rule } of translated) {
        group.rules.push({ path, rule: timed(rule), resource: route as Resource, port: parent.port });
      }
    }
  }
  const ordered = [...groups.values()].sort(
    (left, right) => Number(right.parent.isConsumer) - Number(left.parent.isConsumer),
  );
  return ordered.flatMap(({ parent, rules }) => {
    const [first] = rules;
    if (first === undefined) return [];
    const placed = (byPrecedence(rules) as Group['rules']).map((rule) =>
      placeTranslated(rule.resource as AnyResource, rule, naming, rule.port),
    );
    const gateway = parent.gateway === undefined ? {} : { gateway: parent.gateway };
    return [indexedRules({ resource: first.resource as AnyResource, hosts: [parent.host], rules: placed, ...gateway })];
  });
}

/** At gateways there are no annotations of Linkerd's. */
function asIs(rule: HttpRule): HttpRule {
  return rule;
}

function parentsOf(model: Model, route: TranslatableRoute, naming: Naming): readonly Parent[] {
  const { namespace } = route;
  const ofGateways = route.kind !== 'HTTPRoute.policy.linkerd.io';
  return routeParents(model, route, naming, ofGateways).flatMap(({ hosts, ...parent }) =>
    hosts.map((host) => ({ ...parent, host, namespace })),
  );
}

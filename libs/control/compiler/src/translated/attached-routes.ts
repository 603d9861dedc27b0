/** HTTPRoute and GRPCRoute of the Gateway API, and Linkerd's HTTPRoute: rules of several routes of one host are put in the order of that API. */

import {
  type AnyResource,
  attachRoute,
  byPrecedence,
  type Model,
  parentGateway,
  type Resource,
  type TranslatableRoute,
  type TranslatedRule,
  translateRoute,
} from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { listenerGateway } from './gateway-resources.ts';
import { indexedRules, placeTranslated } from './place.ts';

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
      for (const rule of translated) group.rules.push({ ...rule, resource: route as Resource, port: parent.port });
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

function parentsOf(model: Model, route: TranslatableRoute, naming: Naming): readonly Parent[] {
  const { namespace } = route;
  return (route.spec.parentRefs ?? []).flatMap((reference): readonly Parent[] => {
    const owner = reference.namespace ?? namespace;
    const port = reference.port === undefined ? {} : { port: reference.port };
    const isConsumer = owner !== namespace;
    if (reference.kind === 'Service') {
      const host = naming.canonical(`${reference.name}.${owner}.svc.${naming.domain}`.toLowerCase());
      return [{ host, namespace, isConsumer, ...port }];
    }
    if (reference.kind === 'ServiceEntry') {
      const hosts = model.get('ServiceEntry', owner, reference.name)?.spec.hosts ?? [];
      return hosts.map((host) => ({ host: host.toLowerCase(), namespace, isConsumer, ...port }));
    }
    const gateway = parentGateway(model, route, reference);
    if (gateway === undefined || route.kind === 'HTTPRoute.policy.linkerd.io') return [];
    const attached = attachRoute(model, gateway, route, reference);
    if (typeof attached === 'string') return [];
    return attached.flatMap(({ listener, hostnames }) =>
      hostnames.map((host) => ({
        gateway: listenerGateway(gateway, listener.name),
        host: host.toLowerCase(),
        namespace,
        isConsumer: false,
      })),
    );
  });
}

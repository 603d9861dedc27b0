/** What a client may see: services and rules that are exported to its namespace and imported by its Sidecar. */

import type { IndexedVirtualService } from '../model-index.ts';
import { sameElements } from '../same-elements.ts';
import type { ServiceShape } from './service-shape.ts';

export interface EgressView {
  /** In order of host, of each host one. Instances are the registry's: they change without the view. */
  readonly services: readonly ServiceShape[];
  readonly byHost: ReadonlyMap<string, ServiceShape>;
  /** Further ones of the same hosts, of other namespaces: a Sidecar may ask for them by name. */
  readonly others: readonly ServiceShape[];
  /** Oldest first; those for gateways alone are among them. */
  readonly virtualServices: readonly IndexedVirtualService[];
}

export function egressView(
  services: readonly ServiceShape[],
  virtualServices: readonly IndexedVirtualService[],
  others: readonly ServiceShape[] = [],
): EgressView {
  return { services, others, virtualServices, byHost: new Map(services.map((service) => [service.host, service])) };
}

/** `before` where it says the same, so that what was made from it still holds. */
export function keepView(view: EgressView, before: EgressView | undefined): EgressView {
  if (before === undefined) return view;
  if (!sameElements(view.services, before.services) || !sameElements(view.others, before.others)) return view;
  if (sameRuleLists(view.virtualServices, before.virtualServices)) return before;
  // What is made of the services alone still holds.
  return { ...view, services: before.services, others: before.others, byHost: before.byHost };
}

function sameRuleLists(left: readonly IndexedVirtualService[], right: readonly IndexedVirtualService[]): boolean {
  return left.length === right.length && left.every((rules, index) => sameRules(rules, right[index]));
}

function sameRules(left: IndexedVirtualService, right: IndexedVirtualService | undefined): boolean {
  return (
    left === right ||
    (left.resource === right?.resource &&
      sameElements(left.hosts, right.hosts) &&
      sameElements(originsOf(left), originsOf(right)))
  );
}

/** Of its rules: the resource itself and its delegates. */
function originsOf({ rules }: IndexedVirtualService): readonly object[] {
  return rules.flatMap(({ origin, matches }) => [origin.resource, ...matches.map((match) => match.origin.resource)]);
}

/**
 * Every host that the rules of a VirtualService lead to, mirrors among them.
 *
 * @param expand turns a host as written into the name that the registry knows it by; those of HTTP rules are expanded already.
 */
export function destinationHosts(
  { rules, resource }: IndexedVirtualService,
  expand: (host: string, namespace: string) => string,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { rule } of rules) {
    for (const { destination } of rule.route ?? []) found.add(destination.host);
    if (rule.mirror !== undefined) found.add(rule.mirror.host);
    for (const { destination } of rule.mirrors ?? []) found.add(destination.host);
  }
  const { tls = [], tcp = [] } = resource.spec;
  for (const { route } of [...tls, ...tcp]) {
    for (const { destination } of route) found.add(expand(destination.host, resource.namespace));
  }
  return found;
}

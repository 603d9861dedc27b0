/** Which VirtualService speaks for which host inside the mesh: they are not merged, one alone does (Istio's BuildSidecarVirtualHostWrapper). */

import type { IndexedVirtualService } from '../model-index.ts';
import type { EgressView } from '../scope/egress-view.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import { overlap, patternsAbove } from './host-patterns.ts';
import { routeSemantics } from './semantics.ts';

type VisibleRules = Pick<EgressView, 'virtualServices'>;

export interface SpokenFor {
  readonly rules: IndexedVirtualService;
  /** Of the services given. */
  readonly services: readonly ServiceShape[];
  /** Hosts of the rules that are no service of the view. */
  readonly others: readonly string[];
}

/**
 * One entry for each VirtualService that speaks for a service or has another host.
 *
 * @param services those of the view that are asked for, by host.
 * @param clientNamespace of the caller: a route of the Gateway API holds for callers of its own namespace, and for services of it.
 */
export function spokenFor(
  view: VisibleRules,
  services: ReadonlyMap<string, ServiceShape>,
  clientNamespace: string,
): readonly SpokenFor[] {
  const ruled = meshRules(view);
  const wildcardHosts = [...services.keys()].filter((host) => host.startsWith('*'));
  const best = mostSpecificRules(ruled, services);
  return ruled.flatMap((rules) => {
    const mine = new Set<ServiceShape>();
    const others: string[] = [];
    for (const host of rules.hosts) {
      const service = services.get(host);
      if (!host.startsWith('*')) {
        if (service === undefined) others.push(host);
        else mine.add(service);
        continue;
      }
      let known = wildcardHosts.some((wildcard) => overlap(wildcard, host));
      for (const [serviceHost, winner] of best.covered.get(host) ?? []) {
        known = true;
        const found = services.get(serviceHost);
        if (winner === rules && found !== undefined) mine.add(found);
      }
      if (!known) others.push(host);
    }
    if (routeSemantics(rules.resource) === 'gateway' && rules.resource.namespace !== clientNamespace) {
      for (const service of mine) if (service.namespace !== rules.resource.namespace) mine.delete(service);
      if (mine.size === 0) return [];
    }
    return mine.size === 0 && others.length === 0 ? [] : [{ rules, services: [...mine], others }];
  });
}

/** Each host of a VirtualService that an earlier one of the same host puts out of force inside the mesh. */
export function shadowedHosts(view: VisibleRules): readonly {
  readonly rules: IndexedVirtualService;
  readonly position: number;
  readonly winner: IndexedVirtualService;
}[] {
  const first = new Map<string, IndexedVirtualService>();
  return meshRules(view).flatMap((rules) =>
    rules.hosts.flatMap((host, position) => {
      // A route of another API speaks for callers of its own namespace before one of the service's does.
      const own = routeSemantics(rules.resource) === 'gateway' ? `${host} ${rules.resource.namespace}` : host;
      const winner = first.get(host) ?? first.get(own);
      if (winner === undefined) first.set(own, rules);
      return winner === undefined || winner === rules ? [] : [{ rules, position, winner }];
    }),
  );
}

function meshRules(view: VisibleRules): readonly IndexedVirtualService[] {
  return view.virtualServices.filter((rules) => rules.mesh && rules.rules.length > 0);
}

interface Covered {
  /** Pattern → the services within it, each with the VirtualService whose host is the most specific for it, the oldest of those. */
  readonly covered: ReadonlyMap<string, readonly (readonly [string, IndexedVirtualService])[]>;
}

function mostSpecificRules(
  ruled: readonly IndexedVirtualService[],
  services: ReadonlyMap<string, ServiceShape>,
): Covered {
  const oldest = new Map<string, IndexedVirtualService>();
  let patterns = 0;
  for (const rules of ruled) {
    for (const host of rules.hosts) {
      if (oldest.has(host)) continue;
      oldest.set(host, rules);
      if (host.startsWith('*')) patterns += 1;
    }
  }
  const covered = new Map<string, (readonly [string, IndexedVirtualService])[]>();
  if (patterns === 0) return { covered };
  for (const host of services.keys()) {
    const above = [host, ...patternsAbove(host)];
    const winner = above.map((pattern) => oldest.get(pattern)).find((rules) => rules !== undefined);
    if (winner === undefined) continue;
    for (const pattern of above) {
      if (!pattern.startsWith('*') || !oldest.has(pattern)) continue;
      const list = covered.get(pattern);
      if (list === undefined) covered.set(pattern, [[host, winner]]);
      else list.push([host, winner]);
    }
  }
  return { covered };
}

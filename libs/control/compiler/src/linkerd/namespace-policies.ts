/** Linkerd's policies by namespace, indexed once for each model; an entry is the same object while nothing of it changes. */

import { groupBy } from '@weft/kernel';
import { compareByAge, type Model, type Resource } from '@weft/model';
import { sameElements } from '../same-elements.ts';
import type { Authentications, LinkerdPolicy } from './grants.ts';

/** Kinds of routes that can be attached to a Server. */
export type ServerRoute = Resource<'HTTPRoute.policy.linkerd.io'> | Resource<'HTTPRoute'> | Resource<'GRPCRoute'>;

/** Each list oldest first. */
export interface NamespacePolicies {
  readonly servers: readonly Resource<'Server'>[];
  readonly serverAuthorizations: readonly Resource<'ServerAuthorization'>[];
  readonly authorizationPolicies: readonly LinkerdPolicy[];
  /** Those with a Server among their parents. */
  readonly routes: readonly ServerRoute[];
  readonly rateLimits: readonly Resource<'HTTPLocalRateLimitPolicy'>[];
  /** Those of accounts of the namespace itself. */
  readonly trafficTargets: readonly Resource<'TrafficTarget'>[];
  readonly authentications: Authentications;
  /** Of SMI, what TrafficTargets name: by "namespace/name". */
  readonly routeGroups: ReadonlyMap<string, Resource<'HTTPRouteGroup'>>;
  readonly tcpRoutes: ReadonlyMap<string, Resource<'TCPRoute.specs.smi-spec.io'>>;
}

export interface LinkerdIndex {
  /** Nothing where the namespace has none of these resources. */
  of(namespace: string): NamespacePolicies | undefined;
}

interface Kept extends LinkerdIndex {
  readonly known: ReadonlyMap<string, { readonly policies: NamespacePolicies; readonly from: readonly unknown[] }>;
}

export type LinkerdIndexState = Kept;

/** @param last the index of the model before. */
export function createLinkerdIndex(model: Model, last?: LinkerdIndexState): LinkerdIndexState {
  const grouped = {
    servers: byNamespace(model.byKind('Server')),
    serverAuthorizations: byNamespace(model.byKind('ServerAuthorization')),
    authorizationPolicies: byNamespace(model.byKind('AuthorizationPolicy.policy.linkerd.io')),
    routes: byNamespace<ServerRoute>([
      ...model.byKind('HTTPRoute.policy.linkerd.io').filter((route) => isOfServer(route)),
      ...model.byKind('HTTPRoute').filter((route) => isOfServer(route)),
      ...model.byKind('GRPCRoute').filter((route) => isOfServer(route)),
    ]),
    rateLimits: byNamespace(model.byKind('HTTPLocalRateLimitPolicy')),
    trafficTargets: byNamespace(model.byKind('TrafficTarget').filter((target) => isOfOwnNamespace(target))),
  };
  const namespaces = new Set(Object.values(grouped).flatMap((map) => [...map.keys()]));
  const known = new Map<string, { policies: NamespacePolicies; from: readonly unknown[] }>();
  for (const namespace of namespaces) {
    const lists = {
      servers: grouped.servers.get(namespace) ?? [],
      serverAuthorizations: grouped.serverAuthorizations.get(namespace) ?? [],
      authorizationPolicies: grouped.authorizationPolicies.get(namespace) ?? [],
      routes: grouped.routes.get(namespace) ?? [],
      rateLimits: grouped.rateLimits.get(namespace) ?? [],
      trafficTargets: grouped.trafficTargets.get(namespace) ?? [],
    };
    const routeGroups = namedBy(lists.trafficTargets, 'HTTPRouteGroup', (...key) =>
      model.get('HTTPRouteGroup', ...key),
    );
    const tcpRoutes = namedBy(lists.trafficTargets, 'TCPRoute', (...key) =>
      model.get('TCPRoute.specs.smi-spec.io', ...key),
    );
    const meshTls = referred(lists.authorizationPolicies, 'MeshTLSAuthentication', (...key) =>
      model.get('MeshTLSAuthentication', ...key),
    );
    const network = referred(lists.authorizationPolicies, 'NetworkAuthentication', (...key) =>
      model.get('NetworkAuthentication', ...key),
    );
    const from = [
      ...Object.values(lists).flatMap((list: readonly unknown[]) => [...list, null]),
      ...meshTls.values(),
      null,
      ...network.values(),
      null,
      ...routeGroups.values(),
      null,
      ...tcpRoutes.values(),
    ];
    const before = last?.known.get(namespace);
    const same = before !== undefined && sameElements(before.from, from);
    const authentications = authenticationsIn(meshTls, network);
    known.set(namespace, same ? before : { policies: { ...lists, authentications, routeGroups, tcpRoutes }, from });
  }
  return { known, of: (namespace) => known.get(namespace)?.policies };
}

/** @param server its name; absent: any Server of the route's own namespace, others are no parents. */
export function isOfServer({ spec, namespace }: Pick<ServerRoute, 'spec' | 'namespace'>, server?: string): boolean {
  return (spec.parentRefs ?? []).some(
    (parent) =>
      parent.group === 'policy.linkerd.io' &&
      parent.kind === 'Server' &&
      (parent.namespace ?? namespace) === namespace &&
      (server === undefined || parent.name === server),
  );
}

/** Nobody writes policy for another namespace; validation warns of it. */
function isOfOwnNamespace({ spec, namespace }: Resource<'TrafficTarget'>): boolean {
  return (spec.destination.namespace ?? namespace) === namespace;
}

function byNamespace<R extends Resource>(resources: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const found = groupBy(resources, ({ namespace }) => namespace);
  for (const list of found.values()) list.sort(compareByAge);
  return found;
}

function referred<R>(
  policies: readonly LinkerdPolicy[],
  wanted: 'MeshTLSAuthentication' | 'NetworkAuthentication',
  find: (namespace: string, name: string) => R | undefined,
): ReadonlyMap<string, R> {
  const found = new Map<string, R>();
  for (const policy of policies) {
    for (const { kind, name, namespace = policy.namespace } of policy.spec.requiredAuthenticationRefs) {
      const resource = kind === wanted ? find(namespace, name) : undefined;
      if (resource !== undefined) found.set(`${namespace}/${name}`, resource);
    }
  }
  return found;
}

/** Apart from the index: what is kept must not hold the model that it was found in. */
function authenticationsIn(
  meshTls: ReadonlyMap<string, Resource<'MeshTLSAuthentication'>>,
  network: ReadonlyMap<string, Resource<'NetworkAuthentication'>>,
): Authentications {
  return {
    meshTls: (namespace, name) => meshTls.get(`${namespace}/${name}`),
    network: (namespace, name) => network.get(`${namespace}/${name}`),
  };
}

function namedBy<R>(
  targets: readonly Resource<'TrafficTarget'>[],
  kind: 'HTTPRouteGroup' | 'TCPRoute',
  find: (namespace: string, name: string) => R | undefined,
): ReadonlyMap<string, R> {
  const found = new Map<string, R>();
  for (const { namespace, spec } of targets) {
    for (const rule of spec.rules ?? []) {
      const resource = rule.kind === kind ? find(namespace, rule.name) : undefined;
      if (resource !== undefined) found.set(`${namespace}/${rule.name}`, resource);
    }
  }
  return found;
}

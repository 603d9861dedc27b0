/** HTTP rules of a VirtualService ready for routes: hosts expanded, each rule and match with the place that it came from. */

import type { Provenance } from '@weft/kernel';
import {
  type Destination,
  type HttpMatch,
  type HttpRouteDestination,
  type HttpRule,
  type Resource,
  resolveHost,
} from '@weft/model';
import { provenanceOf } from '../provenance.ts';

/** Where a rule, or a part of one, is written. */
export interface Origin {
  readonly resource: Resource<'VirtualService'>;
  /** Below spec: "http[0]". */
  readonly path: string;
}

export interface PlacedMatch {
  /** Undefined: every request. */
  readonly match: HttpMatch | undefined;
  readonly origin: Origin;
}

export interface PlacedRule {
  /** Hosts of destinations are names of the registry, gateways are "ns/name"; its `match` and `delegate` are not read. */
  readonly rule: HttpRule;
  /** Alternatives; at least one. */
  readonly matches: readonly PlacedMatch[];
  readonly origin: Origin;
}

/** How names in a rule are expanded. */
export interface Naming {
  readonly domain: string;
  /** The name that the registry knows an expanded host by. */
  canonical(host: string): string;
}

/** The rules of one resource alone; those that delegate are still there. */
export function placeRules(resource: Resource<'VirtualService'>, naming: Naming): readonly PlacedRule[] {
  return resource.spec.http.map((rule, position) => {
    const path = `http[${position}]`;
    const matches = rule.match?.length
      ? rule.match.map((match, index) => ({
          match: expandMatch(match, resource.namespace),
          origin: { resource, path: `${path}.match[${index}]` },
        }))
      : [{ match: undefined, origin: { resource, path } }];
    return { rule: expandRule(rule, resource.namespace, naming), matches, origin: { resource, path } };
  });
}

/** @param below a path inside the origin's own: "route[1]". */
export function originOf({ resource, path }: Origin, below = ''): Provenance {
  return provenanceOf(resource, [path, below].filter((part) => part !== '').join('.'));
}

/** "ns/name" of a Gateway as a VirtualService of a namespace names it; "mesh" stays. */
export function qualifiedGateway(name: string, namespace: string): string {
  if (name === 'mesh') return name;
  return name.includes('/') ? name.replace(/^\.\//, `${namespace}/`) : `${namespace}/${name}`;
}

/** Hosts of destinations become names of the registry. @param namespace that short names belong to. */
export function expandRule(rule: HttpRule, namespace: string, naming: Naming): HttpRule {
  const expand = <T extends Destination>(destination: T): T => ({
    ...destination,
    host: naming.canonical(resolveHost(destination.host, namespace, naming.domain).toLowerCase()),
  });
  const route = rule.route?.map(
    (entry): HttpRouteDestination => ({ ...entry, destination: expand(entry.destination) }),
  );
  return {
    ...rule,
    ...(route === undefined ? {} : { route }),
    ...(rule.mirror === undefined ? {} : { mirror: expand(rule.mirror) }),
    ...(rule.mirrors === undefined
      ? {}
      : { mirrors: rule.mirrors.map((mirror) => ({ ...mirror, destination: expand(mirror.destination) })) }),
  };
}

function expandMatch(match: HttpMatch, namespace: string): HttpMatch {
  if (match.gateways === undefined) return match;
  return { ...match, gateways: match.gateways.map((name) => qualifiedGateway(name, namespace)) };
}

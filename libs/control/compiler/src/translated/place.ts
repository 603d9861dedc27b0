/** Translated rules as placed ones, and as something that the mesh or a gateway follows. */

import type { AnyResource, Resource, TcpRule, TlsRule, TranslatedRule } from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import { expandRule, type Naming, type PlacedRule } from '../virtual-services/placed-rule.ts';
import { standIn } from './stand-in.ts';

/** @param port of the service that alone is meant. */
export function placeTranslated(
  resource: AnyResource,
  { rule, path }: TranslatedRule,
  naming: Naming,
  port?: number,
): PlacedRule {
  const origin = {
    resource: resource as unknown as Resource<'VirtualService'>,
    path: path === 'spec' ? '' : path.replace(/^spec\./, ''),
  };
  const ported = port === undefined ? {} : { port };
  const matches = rule.match?.length
    ? rule.match.map((match) => ({ match: { ...match, ...ported }, origin }))
    : [{ match: port === undefined ? undefined : ported, origin }];
  return { rule: expandRule(rule, resource.namespace, naming), matches, origin };
}

export interface Followed {
  /** The resource that speaks: of several, the first. */
  readonly resource: AnyResource;
  readonly hosts: readonly string[];
  /** "ns/name" of a Gateway; undefined: the mesh. */
  readonly gateway?: string;
  readonly rules: readonly PlacedRule[];
  readonly tls?: readonly TlsRule[];
  readonly tcp?: readonly TcpRule[];
  readonly notices?: readonly string[];
}

export function indexedRules(followed: Followed): IndexedVirtualService {
  const { resource, hosts, gateway, rules, tls = [], tcp = [], notices = [] } = followed;
  const content = JSON.stringify(rules.map(({ rule, matches }) => [rule, matches.map(({ match }) => match)]));
  const gateways = [gateway ?? 'mesh'];
  return {
    resource: standIn(resource, { hosts, gateways, content, tls, tcp }),
    hosts: hosts.map((host) => host.toLowerCase()),
    mesh: gateway === undefined,
    gateways: new Set(gateway === undefined ? [] : [gateway]),
    rules,
    notices,
  };
}

/** Where connections that are not HTTP go: TCP and TLS rules of VirtualServices, else the service itself (Istio, core/tls.go). */

import type { ServicePortView } from '@weft/control-registry';
import { hasLabels, type TcpMatch } from '@weft/model';
import type { Context } from '../context.ts';
import { hostCovers, type IndexedVirtualService, mostSpecific } from '../model-index.ts';
import { outboundClusterName } from '../names.ts';
import type { EgressView } from '../scope/egress-view.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import { qualifiedGateway } from '../virtual-services/placed-rule.ts';
import { routeSemantics } from '../virtual-services/semantics.ts';
import type { Chain, ChainMatch } from './listener.ts';
import { ruleChain, type TcpFindings, type TcpPlace, toTargets } from './tcp-targets.ts';

export const mesh: ReadonlySet<string> = new Set(['mesh']);

/** @param addresses that connections to the service are sent to; empty: the listener's own address tells nothing. */
export function serviceChains(
  context: Context,
  findings: TcpFindings,
  view: EgressView,
  service: ServiceShape,
  port: ServicePortView,
  addresses: readonly string[],
): readonly Chain[] {
  const place: TcpPlace = { context, findings, port: port.number, gateways: mesh };
  const rules = rulesFor(place, view, service);
  const isTls = port.protocol === 'tls' || port.protocol === 'https';
  const cluster = outboundClusterName(port.number, '', service.host);
  const fallback = (match: ChainMatch): Chain =>
    toTargets(place, match, [{ cluster, weight: 1 }], { service, port: port.number, subset: '' }, port.from);
  const tlsChains = isTls || port.sniffed ? rules.flatMap((each) => tlsRuleChains(place, each, addresses)) : [];
  const tcpChains = rules
    .filter(({ resource }) => !isTls || routeSemantics(resource) === 'gateway')
    .flatMap((each) => tcpRuleChains(place, each, addresses));
  if (isTls) {
    if (tlsChains.length + tcpChains.length > 0) return [...tlsChains, ...tcpChains];
    const serverNames = service.host === '*' ? {} : { serverNames: [service.host.toLowerCase()] };
    return [fallback({ ...to(addresses), ...(hasAddress(addresses) ? {} : serverNames) })];
  }
  const takesAll = tcpChains.some(({ match }) => sameMatch(match ?? {}, to(addresses)));
  return [...tlsChains, ...tcpChains, ...(takesAll ? [] : [fallback(to(addresses))])];
}

/** One chain for each match of each TLS rule; of equal names the first counts. */
export function tlsRuleChains(
  place: TcpPlace,
  rules: IndexedVirtualService,
  addresses: readonly string[],
  isAdmitted: (serverName: string) => boolean = () => true,
): readonly Chain[] {
  const chains: Chain[] = [];
  const seen = new Set<string>();
  for (const [position, rule] of rules.resource.spec.tls.entries()) {
    for (const match of rule.match) {
      if (!holds(place, rules, match)) continue;
      const ranges = match.destinationSubnets?.length ? match.destinationSubnets : addresses;
      const key = (name: string): string => `${name.toLowerCase()} ${ranges.join(',')}`;
      const serverNames = match.sniHosts.filter((name) => isAdmitted(name.toLowerCase()) && !seen.has(key(name)));
      for (const name of serverNames) seen.add(key(name));
      if (serverNames.length === 0) continue;
      const named = serverNames.includes('*') ? {} : { serverNames: serverNames.map((name) => name.toLowerCase()) };
      chains.push(ruleChain(place, rules, rule.route, rulePath(rules, 'tls', position), { ...to(ranges), ...named }));
    }
  }
  return chains;
}

/** One chain for each match of each TCP rule, up to the first that takes every connection. */
export function tcpRuleChains(
  place: TcpPlace,
  rules: IndexedVirtualService,
  addresses: readonly string[],
): readonly Chain[] {
  const chains: Chain[] = [];
  for (const [position, rule] of rules.resource.spec.tcp.entries()) {
    const matches: readonly TcpMatch[] = rule.match?.length ? rule.match : [{}];
    const subnets = new Set<string>();
    let everything = false;
    for (const match of matches) {
      if (!holds(place, rules, match)) continue;
      if (match.destinationSubnets?.length) for (const subnet of match.destinationSubnets) subnets.add(subnet);
      else everything = true;
    }
    const ranges = everything ? addresses : [...subnets];
    if (!everything && subnets.size === 0) continue;
    const made = ruleChain(place, rules, rule.route, rulePath(rules, 'tcp', position), to(ranges));
    if (!chains.some(({ match }) => sameMatch(match ?? {}, made.match ?? {}))) chains.push(made);
    if (everything) break;
  }
  return chains;
}

/**
 * The VirtualService of the mesh that has TCP or TLS rules for the host: the most specific, then the oldest. Where there is none, the routes of
 * the Gateway API that hold for the port: all of the caller's namespace, else all of the service's, the oldest first.
 */
export function rulesFor(place: TcpPlace, view: EgressView, service: ServiceShape): readonly IndexedVirtualService[] {
  const { namespace } = place.context.proxy;
  const candidates = view.virtualServices.filter(
    ({ mesh: inMesh, resource, hosts }) =>
      inMesh &&
      resource.spec.tls.length + resource.spec.tcp.length > 0 &&
      hosts.some((pattern) => hostCovers(pattern, service.host)),
  );
  const istio = candidates.filter(({ resource }) => routeSemantics(resource) === 'istio');
  const best = mostSpecific(istio, service.host, ({ hosts }) => hosts)?.candidate;
  if (best !== undefined) return [best];
  const routes = candidates.filter((rules) =>
    [...rules.resource.spec.tls, ...rules.resource.spec.tcp].some(({ match = [] }) =>
      match.some((one) => holds(place, rules, one)),
    ),
  );
  const own = routes.filter(({ resource }) => resource.namespace === namespace);
  return own.length > 0 ? own : routes.filter(({ resource }) => resource.namespace === service.namespace);
}

/** Below spec, as the resource that was written has it. */
export function rulePath({ resource }: IndexedVirtualService, field: 'tls' | 'tcp', position: number): string {
  return `${routeSemantics(resource) === 'gateway' ? 'rules' : field}[${position}]`;
}

/** What can be told before any connection: the port, who asks, through which gateway. */
export function holds(
  { context, port, gateways }: TcpPlace,
  { resource }: IndexedVirtualService,
  match: TcpMatch,
): boolean {
  if (match.port !== undefined && match.port !== port) return false;
  if (match.gateways?.length) {
    return match.gateways.some((name) => gateways.has(qualifiedGateway(name, resource.namespace)));
  }
  const { labels, namespace } = context.proxy;
  if (match.sourceNamespace && match.sourceNamespace !== namespace) return false;
  return hasLabels(labels, match.sourceLabels ?? {});
}

/** "10.0.0.1" or "10.0.0.0/8" as ranges; nothing where there are none. */
function to(addresses: readonly string[]): ChainMatch {
  if (addresses.length === 0) return {};
  return {
    prefixRanges: addresses.map((address) => {
      const [addressPrefix = '', length] = address.split('/');
      const whole = addressPrefix.includes(':') ? 128 : 32;
      return { addressPrefix, prefixLen: length === undefined ? whole : Number(length) };
    }),
  };
}

function hasAddress(addresses: readonly string[]): boolean {
  return addresses.length > 0;
}

function sameMatch(left: ChainMatch, right: ChainMatch): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

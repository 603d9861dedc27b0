/** Chains that pass connections on: to what a rule names, or to a service itself. */

import type { Provenance } from '@weft/kernel';
import { type Destination, type Resource, type RouteDestination, resolveHost } from '@weft/model';
import type { Context } from '../context.ts';
import { effectivePolicy } from '../destination-rules.ts';
import { tcpProxy, type WeightedTarget } from '../messages/tcp-proxy.ts';
import type { IndexedVirtualService } from '../model-index.ts';
import { outboundClusterName } from '../names.ts';
import { authorizationNetworkFilters } from '../network-filters/authorization.ts';
import { builtIn, notice, provenanceOf } from '../provenance.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import type { Chain, ChainMatch } from './listener.ts';

/** Collects while the chains of one listener are made. */
export interface TcpFindings {
  readonly notices: Set<string>;
  readonly missingClusters: Set<string>;
}

/** Where the connections of a client, or of a gateway, come from. */
export interface TcpPlace {
  readonly context: Context;
  readonly findings: TcpFindings;
  /** Service port, or the gateway's. */
  readonly port: number;
  /** "mesh", or "ns/name" of Gateways. */
  readonly gateways: ReadonlySet<string>;
}

/** To what a rule says, by weight. @param path of the rule below spec. */
export function ruleChain(
  place: TcpPlace,
  { resource }: IndexedVirtualService,
  route: readonly RouteDestination[],
  path: string,
  match: ChainMatch,
): Chain {
  const weighted = route.length === 1 ? route : route.filter(({ weight }) => (weight ?? 0) > 0);
  const placed = weighted.map(({ destination, weight }) => ({
    ...clusterOf(place, resource, destination, provenanceOf(resource, path)),
    weight: weight ?? 1,
  }));
  const [first] = placed;
  return toTargets(
    place,
    match,
    placed.map(({ cluster, weight }) => ({ cluster, weight })),
    first === undefined ? undefined : first.of,
    provenanceOf(resource, path),
  );
}

interface Target {
  readonly service: ServiceShape | undefined;
  readonly port: number;
  readonly subset: string;
}

function clusterOf(
  { context, findings, port: calledPort }: TcpPlace,
  { namespace }: Resource<'VirtualService'>,
  destination: Destination,
  from: Provenance,
): { readonly cluster: string; readonly of: Target } {
  const { world, scope, proxy } = context;
  const subset = destination.subset ?? '';
  const host = world.canonical(resolveHost(destination.host, namespace, world.input.domain).toLowerCase());
  const service = scope.view.byHost.get(host);
  const only = service?.ports.length === 1 ? service.ports[0]?.number : undefined;
  const port = destination.port?.number ?? only ?? calledPort;
  const cluster = outboundClusterName(port, subset, host);
  const known =
    service?.ports.some(({ number }) => number === port) === true &&
    (service.routable || proxy.interception !== 'NONE') &&
    (subset === '' || world.policy(host, proxy.namespace, service.namespace, proxy.labels).subsets.has(subset));
  if (!known) {
    findings.missingClusters.add(cluster);
    findings.notices.add(notice(from, `destination ${cluster} does not exist; connections for it are closed`));
  }
  return { cluster, of: { service, port, subset } };
}

/** @param first whose connections are counted and bounded. */
export function toTargets(
  { context }: TcpPlace,
  match: ChainMatch,
  targets: readonly WeightedTarget[],
  first: Target | undefined,
  from: Provenance,
): Chain {
  const { world, proxy } = context;
  const policy =
    first?.service === undefined
      ? undefined
      : effectivePolicy(
          world.policy(first.service.host, proxy.namespace, first.service.namespace, proxy.labels),
          first.subset,
          first.port,
        );
  const statPrefix = targets[0]?.cluster ?? builtIn('no target').rule;
  return {
    name: `${from.resource} ${from.rule}`.trim(),
    ...(Object.keys(match).length === 0 ? {} : { match }),
    filters: [
      ...(proxy.type === 'router' ? authorizationNetworkFilters(context) : []),
      tcpProxy(context, { inbound: false, statPrefix, targets, ...(policy === undefined ? {} : { policy }) }),
    ],
  };
}

/** From a rule's destination to a cluster name, and whether that cluster exists. */

import type { Provenance } from '@weft/kernel';
import { type Destination, resolveHost } from '@weft/model';
import { portOf } from '../context.ts';
import { outboundClusterName } from '../names.ts';
import { notice } from '../provenance.ts';
import { isRoutable, type World } from '../world.ts';

/** Collects while the routes of one RouteConfiguration are made. */
export interface RouteScope {
  readonly world: World;
  readonly clientNamespace: string;
  /** 'grpc': a proxyless client, which knows an older form of header matchers. */
  readonly dialect: 'proxy' | 'grpc';
  /** Service port, or the gateway's port, that the request came for. */
  readonly calledPort: number;
  readonly notices: Set<string>;
  readonly missingClusters: Set<string>;
}

/**
 * The port is the one written, else the service's only one, else the one called. What does not exist keeps its name, so that the proxy
 * answers 503 NC and says which cluster it misses; a notice tells the operator.
 */
export function destinationCluster(
  scope: RouteScope,
  destination: Destination,
  ruleNamespace: string,
  from: Provenance,
): string {
  const { world, calledPort } = scope;
  const subset = destination.subset ?? '';
  const host = world.canonical(resolveHost(destination.host, ruleNamespace, world.input.domain).toLowerCase());
  const service = world.input.registry.services.get(host);
  const onlyPort = service?.ports.length === 1 ? service.ports[0]?.number : undefined;
  const port = destination.port?.number ?? onlyPort ?? calledPort;
  const name = outboundClusterName(port, subset, host);
  const missing = (what: string): string => {
    scope.missingClusters.add(name);
    scope.notices.add(notice(from, `${what}; requests for it are answered 503 NC`));
    return name;
  };
  if (service === undefined || !isRoutable(service)) return missing(`destination host ${host} is not in the mesh`);
  if (portOf(service, port) === undefined) return missing(`destination ${host} has no port ${port}`);
  if (subset === '') return name;
  const policy = world.policy(host, scope.clientNamespace, service.namespace);
  return policy.subsets.has(subset) ? name : missing(`no DestinationRule defines subset ${subset} of ${host}`);
}

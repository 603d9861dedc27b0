/** From a rule's destination to a cluster name, and whether that cluster exists. */

import type { Provenance } from '@weft/kernel';
import type { Destination } from '@weft/model';
import { outboundClusterName } from '../names.ts';
import { notice } from '../provenance.ts';
import type { RouteScope } from './scope.ts';

/**
 * The port is the one written, else the service's only one, else the one called. What does not exist keeps its name, so that the proxy
 * answers 503 NC and says which cluster it misses; a notice tells the operator.
 *
 * @param destination with the name that the registry knows its host by.
 */
export function destinationCluster(scope: RouteScope, destination: Destination, from: Provenance): string {
  const { world, calledPort } = scope;
  const { host, subset = '' } = destination;
  const service = scope.services.get(host);
  const onlyPort = service?.ports.length === 1 ? service.ports[0]?.number : undefined;
  const port = destination.port?.number ?? onlyPort ?? calledPort;
  const name = outboundClusterName(port, subset, host);
  const missing = (what: string): string => {
    scope.missingClusters.add(name);
    const status = scope.semantics === 'gateway' ? '500' : '503 NC';
    scope.notices.add(notice(from, `${what}; requests for it are answered ${status}`));
    return name;
  };
  if (service === undefined || !service.routable) return missing(`destination host ${host} is not in the mesh`);
  if (!service.ports.some(({ number }) => number === port)) return missing(`destination ${host} has no port ${port}`);
  if (subset === '') return name;
  const policy = world.policy(host, scope.clientNamespace, service.namespace, scope.clientLabels);
  return policy.subsets.has(subset) ? name : missing(`no DestinationRule defines subset ${subset} of ${host}`);
}

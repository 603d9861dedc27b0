/** WEFT0131: a NetworkPolicy that cuts flows of the mesh. */

import { letsPort, type NetworkPolicy, rulesOf } from '../../network-policies/flow-cuts.ts';
import { createNetworkSight, type NetworkSight, nameIn } from '../../network-policies/network-sight.ts';
import type { AnalysedWorkload } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

/** Callers that one sentence names. */
const namedMax = 5;

/** Where sidecars ask the control plane, and where they are asked themselves. */
const controlPlanePort = 15_012;
const sidecarPorts: readonly (readonly [number, string])[] = [
  [15_021, 'readiness of the sidecar'],
  [15_090, 'metrics of the sidecar'],
];

export const networkPolicy: Analyser = {
  code: 'WEFT0131',
  name: 'network-policy',
  severity: 'warning',
  istio: [],
  summary:
    'A NetworkPolicy cuts flows of the mesh: nobody, or not everybody, reaches a port that a Service leads to, a caller does not reach what rules route it to, or a sidecar is cut off.',
  effect:
    'The mesh does not see the cut: connections time out (503 UF). Policies of all NetworkPolicies for a pod add up; what one of them lets through is through.',
  remedy:
    'Add the port, or the caller, to a rule. That some callers are cut (info) is often what is meant. The connections are those of sidecars, to the same ports as without a mesh.',
  find(mesh) {
    const policies = mesh.model.byKind('NetworkPolicy');
    if (policies.length === 0) return [];
    const sight = createNetworkSight(mesh);
    return policies.flatMap((resource) => doubtsOf(sight, resource));
  },
};

function doubtsOf(sight: NetworkSight, resource: NetworkPolicy): readonly Doubt[] {
  const found = sight.workloadsIn(resource.namespace).flatMap((workload) => {
    const ingress = sight.governing(workload, 'Ingress');
    const egress = sight.governing(workload, 'Egress');
    return [
      ...(ingress.includes(resource)
        ? [...cutServices(sight, resource, workload, ingress), ...cutSidecar(resource, workload, ingress)]
        : []),
      ...(egress.includes(resource) ? cutCalls(sight, resource, workload, egress) : []),
    ];
  });
  // Workloads of several versions are behind one service.
  const seen = new Set<string>();
  return found.filter(({ message }) => !seen.has(message) && seen.add(message));
}

/** Ingress: nobody reaches a port, or some callers do not. */
function cutServices(
  sight: NetworkSight,
  resource: NetworkPolicy,
  workload: AnalysedWorkload,
  policies: readonly NetworkPolicy[],
): readonly Doubt[] {
  const path = resource.spec.ingress === undefined ? 'spec' : 'spec.ingress';
  return sight.portsBehind(workload).flatMap(({ called, port, written }): Doubt[] => {
    if (!policies.some((policy) => letsPort(rulesOf(policy, 'Ingress'), port))) {
      const message = `nobody reaches port ${written} of ${workload.what}: all calls to ${called} are cut`;
      return [{ resource, path, message }];
    }
    const { names, byName } = sight.cutCallers(policies, port);
    const own = nameIn(resource.namespace, workload);
    // What a workload calls of itself goes by no network.
    const isOwn = byName.get(own)?.every((caller) => caller === workload) ?? false;
    const count = isOwn ? names.length - 1 : names.length;
    if (count === 0) return [];
    const named = names.slice(0, namedMax + 1).filter((name) => !isOwn || name !== own);
    const more = count > namedMax ? ` and ${count - namedMax} more` : '';
    const message = `cuts ${named.slice(0, namedMax).join(', ')}${more} → ${called}`;
    return [{ resource, path, message, severity: 'info' }];
  });
}

function cutSidecar(
  resource: NetworkPolicy,
  workload: AnalysedWorkload,
  policies: readonly NetworkPolicy[],
): readonly Doubt[] {
  const cut = sidecarPorts
    .filter(([number]) => !policies.some((policy) => letsPort(rulesOf(policy, 'Ingress'), { number, name: '' })))
    .map(([port, what]) => `${port} (${what})`);
  if (cut.length === 0) return [];
  const message = `of ${workload.what} nobody reaches ${cut.join(' and ')}`;
  return [{ resource, path: 'spec', message, severity: 'info' as const }];
}

/** Egress: the control plane, and services that rules of the caller's namespace route to. */
function cutCalls(
  sight: NetworkSight,
  resource: NetworkPolicy,
  workload: AnalysedWorkload,
  policies: readonly NetworkPolicy[],
): readonly Doubt[] {
  const path = resource.spec.egress === undefined ? 'spec' : 'spec.egress';
  const found: Doubt[] = [];
  if (!policies.some((policy) => letsPort(rulesOf(policy, 'Egress'), { number: controlPlanePort, name: '' }))) {
    const message = `the sidecar of ${workload.what} does not reach the control plane (port ${controlPlanePort}): it gets no configuration and no certificate`;
    found.push({ resource, path, message, severity: 'error' });
  }
  for (const host of sight.cutHosts(policies)) {
    const message = `${workload.what} does not reach any port of ${host}, which rules of its namespace route to`;
    found.push({ resource, path, message });
  }
  return found;
}

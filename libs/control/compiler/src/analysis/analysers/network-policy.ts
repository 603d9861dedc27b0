/** WEFT0131: a NetworkPolicy that cuts flows of the mesh. */

import { type NetworkPolicyRule, type Resource, selectsLabels } from '@weft/model';
import { cutsOf, type FlowEnd, type FlowPort, governing, governs, letsPort } from '../../network-policies/flow-cuts.ts';
import type { AnalysedMesh, AnalysedWorkload } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

/** Callers that are looked at, and those of them that one sentence names. */
const callersMax = 500;
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
  find: (mesh) => mesh.model.byKind('NetworkPolicy').flatMap((resource) => doubtsOf(mesh, resource)),
};

function doubtsOf(mesh: AnalysedMesh, resource: Resource<'NetworkPolicy'>): readonly Doubt[] {
  const selected = mesh.workloads.filter(
    (workload) =>
      workload.namespace === resource.namespace && selectsLabels(resource.spec.podSelector, workload.labels),
  );
  const found = selected.flatMap((workload) => [
    ...(governs(resource, 'Ingress')
      ? [...cutServices(mesh, resource, workload), ...cutSidecar(mesh, resource, workload)]
      : []),
    ...(governs(resource, 'Egress') ? cutCalls(mesh, resource, workload) : []),
  ]);
  // Workloads of several versions are behind one service.
  const seen = new Set<string>();
  return found.filter(({ message }) => !seen.has(message) && seen.add(message));
}

/** Ingress: nobody reaches a port, or some callers do not. */
function cutServices(
  mesh: AnalysedMesh,
  resource: Resource<'NetworkPolicy'>,
  workload: AnalysedWorkload,
): readonly Doubt[] {
  const rules = rulesOf(mesh, workload, 'Ingress');
  const path = resource.spec.ingress === undefined ? 'spec' : 'spec.ingress';
  return portsBehind(mesh, workload).flatMap(({ called, port, written }): Doubt[] => {
    if (!letsPort(rules, port)) {
      const message = `nobody reaches port ${written} of ${workload.what}: all calls to ${called} are cut`;
      return [{ resource, path, message }];
    }
    const cut = mesh.workloads
      .slice(0, callersMax)

      .filter(
        (caller) => caller !== workload && cutsOf(mesh.model, endOf(caller), endOf(workload), port).includes(resource),
      );
    const names = [...new Set(cut.map((caller) => nameIn(resource.namespace, caller)))];
    if (names.length === 0) return [];
    const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : '';
    const message = `cuts ${names.slice(0, namedMax).join(', ')}${more} → ${called}`;
    return [{ resource, path, message, severity: 'info' }];
  });
}

interface PortBehind {
  /** "payment.shop:8080". */
  readonly called: string;
  readonly port: FlowPort;
  readonly written: number | string;
}

/** Ports of a workload that Services lead to. */
function portsBehind({ model }: AnalysedMesh, workload: AnalysedWorkload): readonly PortBehind[] {
  return model.byKind('Service').flatMap((service) => {
    const pairs = Object.entries(service.spec.selector);
    const mine =
      service.namespace === workload.namespace &&
      pairs.length > 0 &&
      pairs.every(([key, value]) => workload.labels[key] === value);
    if (!mine) return [];
    return service.spec.ports
      .filter(({ protocol }) => protocol === 'TCP')
      .map(({ port, targetPort = port, name }) => ({
        called: `${service.name}.${service.namespace}:${port}`,
        port: {
          number: typeof targetPort === 'number' ? targetPort : port,
          name: typeof targetPort === 'string' ? targetPort : name,
        },
        written: targetPort,
      }));
  });
}

function cutSidecar(
  mesh: AnalysedMesh,
  resource: Resource<'NetworkPolicy'>,
  workload: AnalysedWorkload,
): readonly Doubt[] {
  const rules = rulesOf(mesh, workload, 'Ingress');
  const cut = sidecarPorts
    .filter(([number]) => !letsPort(rules, { number, name: '' }))
    .map(([port, what]) => `${port} (${what})`);
  if (cut.length === 0) return [];
  const message = `of ${workload.what} nobody reaches ${cut.join(' and ')}`;
  return [{ resource, path: 'spec', message, severity: 'info' as const }];
}

/** Egress: the control plane, and services that rules of the caller's namespace route to. */
function cutCalls(
  mesh: AnalysedMesh,
  resource: Resource<'NetworkPolicy'>,
  workload: AnalysedWorkload,
): readonly Doubt[] {
  const rules = rulesOf(mesh, workload, 'Egress');
  const path = resource.spec.egress === undefined ? 'spec' : 'spec.egress';
  const found: Doubt[] = [];
  if (!letsPort(rules, { number: controlPlanePort, name: '' })) {
    const message = `the sidecar of ${workload.what} does not reach the control plane (port ${controlPlanePort}): it gets no configuration and no certificate`;
    found.push({ resource, path, message, severity: 'error' });
  }
  for (const host of routedFrom(mesh, workload)) {
    const service = mesh.service(host);
    const behind = service === undefined ? [] : mesh.workloadsOf(service);
    if (service === undefined || behind.length === 0) continue;
    const isCut = behind.every((server) => {
      const ports = portsBehind(mesh, server).filter(({ called }) =>
        called.startsWith(`${service.name}.${service.namespace}:`),
      );
      return (
        ports.length > 0 &&
        ports.every(({ port }) => cutsOf(mesh.model, endOf(workload), endOf(server), port).includes(resource))
      );
    });
    if (!isCut) continue;
    const message = `${workload.what} does not reach any port of ${host}, which rules of its namespace route to`;
    found.push({ resource, path, message });
  }
  return found;
}

/** Of all policies of a direction that select the workload: they add up. */
function rulesOf(
  { model }: AnalysedMesh,
  workload: AnalysedWorkload,
  direction: 'Ingress' | 'Egress',
): readonly NetworkPolicyRule[] {
  return governing(model, workload, direction).flatMap(
    ({ spec }) => (direction === 'Ingress' ? spec.ingress : spec.egress) ?? [],
  );
}

function endOf({ namespace, labels }: AnalysedWorkload): FlowEnd {
  return { namespace, labels, addresses: [] };
}

/** "WorkloadGroup shop/order" → "order", with its namespace where that is another one. */
function nameIn(namespace: string, { what, namespace: own }: AnalysedWorkload): string {
  const bare = what.slice(what.lastIndexOf('/') + 1);
  return own === namespace ? bare : `${bare}.${own}`;
}

/** Hosts that VirtualServices of the workload's namespace lead to. */
function routedFrom({ index }: AnalysedMesh, { namespace }: AnalysedWorkload): ReadonlySet<string> {
  const rules = index.virtualServices.filter(({ mesh, resource }) => mesh && resource.namespace === namespace);
  return new Set(
    rules.flatMap((one) =>
      one.rules.flatMap(({ rule }) => (rule.route ?? []).map(({ destination }) => destination.host)),
    ),
  );
}

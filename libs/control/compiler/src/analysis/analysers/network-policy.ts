/** WEFT0131: a NetworkPolicy that cuts flows of the mesh. */

import { type NetworkPolicyRule, type Resource, selectsLabels } from '@weft/model';
import type { AnalysedMesh, AnalysedWorkload } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

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
  summary: 'A NetworkPolicy lets nobody through to a port that a Service of the mesh leads to, or cuts a sidecar off.',
  effect:
    'The mesh does not see the cut: connections time out (503 UF). Policies of all NetworkPolicies for a pod add up; what one of them lets through is through.',
  remedy: 'Add the port to the rule. The connections are those of sidecars, to the same ports as without a mesh.',
  find: (mesh) => mesh.model.byKind('NetworkPolicy').flatMap((resource) => doubtsOf(mesh, resource)),
};

function doubtsOf(mesh: AnalysedMesh, resource: Resource<'NetworkPolicy'>): readonly Doubt[] {
  const selected = selectedBy(mesh, resource);
  const [first] = selected;
  if (first === undefined) return [];
  const own = mesh.model
    .byKind('NetworkPolicy')
    .filter((other) => other.namespace === resource.namespace && selectsLabels(other.spec.podSelector, first.labels));
  const ingress = own.filter((policy) => governs(policy, 'Ingress')).flatMap(({ spec }) => spec.ingress ?? []);
  const egress = own.filter((policy) => governs(policy, 'Egress')).flatMap(({ spec }) => spec.egress ?? []);
  return [
    ...(governs(resource, 'Ingress')
      ? [...cutServices(mesh, resource, first, ingress), ...cutSidecar(resource, first, ingress)]
      : []),
    ...(governs(resource, 'Egress') ? cutCallers(mesh, resource, first, egress) : []),
  ];
}

function selectedBy(
  { workloads }: AnalysedMesh,
  { namespace, spec }: Resource<'NetworkPolicy'>,
): readonly AnalysedWorkload[] {
  return workloads.filter(
    (workload) => workload.namespace === namespace && selectsLabels(spec.podSelector, workload.labels),
  );
}

function governs({ spec }: Resource<'NetworkPolicy'>, direction: 'Ingress' | 'Egress'): boolean {
  if (spec.policyTypes !== undefined) return spec.policyTypes.includes(direction);
  return direction === 'Ingress' || (spec.egress ?? []).length > 0;
}

function lets(rules: readonly NetworkPolicyRule[], port: number, name: string): boolean {
  return rules.some(({ ports = [] }) => {
    if (ports.length === 0) return true;
    return ports.some(({ protocol = 'TCP', port: written, endPort }) => {
      if (protocol !== 'TCP') return false;
      if (written === undefined || written === name) return true;
      return typeof written === 'number' && written <= port && port <= (endPort ?? written);
    });
  });
}

function cutServices(
  mesh: AnalysedMesh,
  resource: Resource<'NetworkPolicy'>,
  workload: AnalysedWorkload,
  rules: readonly NetworkPolicyRule[],
): readonly Doubt[] {
  return mesh.model.byKind('Service').flatMap((service) => {
    const pairs = Object.entries(service.spec.selector);
    const mine =
      service.namespace === workload.namespace &&
      pairs.length > 0 &&
      pairs.every(([key, value]) => workload.labels[key] === value);
    if (!mine) return [];
    return service.spec.ports.flatMap(({ port, targetPort = port, name, protocol }) => {
      const number = typeof targetPort === 'number' ? targetPort : port;
      if (protocol !== 'TCP' || lets(rules, number, typeof targetPort === 'string' ? targetPort : name)) return [];
      const message = `nobody reaches port ${targetPort} of ${workload.what}: all calls to ${service.name}.${service.namespace}:${port} are cut`;
      return [{ resource, path: resource.spec.ingress === undefined ? 'spec' : 'spec.ingress', message }];
    });
  });
}

function cutSidecar(
  resource: Resource<'NetworkPolicy'>,
  workload: AnalysedWorkload,
  rules: readonly NetworkPolicyRule[],
): readonly Doubt[] {
  const cut = sidecarPorts.filter(([port]) => !lets(rules, port, '')).map(([port, what]) => `${port} (${what})`);
  if (cut.length === 0) return [];
  const message = `of ${workload.what} nobody reaches ${cut.join(' and ')}`;
  return [{ resource, path: 'spec', message, severity: 'info' as const }];
}

function cutCallers(
  mesh: AnalysedMesh,
  resource: Resource<'NetworkPolicy'>,
  workload: AnalysedWorkload,
  rules: readonly NetworkPolicyRule[],
): readonly Doubt[] {
  const path = resource.spec.egress === undefined ? 'spec' : 'spec.egress';
  const found: Doubt[] = [];
  if (!lets(rules, controlPlanePort, '')) {
    const message = `the sidecar of ${workload.what} does not reach the control plane (port ${controlPlanePort}): it gets no configuration and no certificate`;
    found.push({ resource, path, message, severity: 'error' });
  }
  for (const host of routedFrom(mesh, workload)) {
    const service = mesh.service(host);
    const closed = service?.ports.filter(({ number, name }) => !lets(rules, number, name)) ?? [];
    if (service === undefined || closed.length === 0 || closed.length < service.ports.length) continue;
    found.push({
      resource,
      path,
      message: `${workload.what} does not reach any port of ${host}, which rules of its namespace route to`,
    });
  }
  return found;
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

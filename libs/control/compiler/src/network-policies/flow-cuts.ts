/** Which NetworkPolicies cut a flow between two workloads: what Kubernetes does beside the mesh, which does not see it. */

import { isIP } from 'node:net';
import { groupBy } from '@weft/kernel';
import {
  isWithinBlock,
  type Model,
  type NetworkPolicyPeer,
  type NetworkPolicyPort,
  type NetworkPolicyRule,
  type Resource,
  selectsLabels,
} from '@weft/model';

export type NetworkPolicy = Resource<'NetworkPolicy'>;

/** Of a connection, as the workload sees it that a policy governs. */
export type Direction = 'Ingress' | 'Egress';

export interface FlowEnd {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For rules with an ipBlock; none: they count as letting it through, so that nothing is said that is not known. */
  readonly addresses: readonly string[];
}

/** Of the workload that is called: a rule names it by number or by name. */
export interface FlowPort {
  readonly number: number;
  readonly name: string;
}

/**
 * The policies of the direction that is closed, that of the caller before that of the called; none: the flow is through. All of them together
 * cut it: one that let it through would do. @param port TCP.
 */
export function cutsOf(model: Model, from: FlowEnd, to: FlowEnd, port: FlowPort): readonly NetworkPolicy[] {
  const egress = governing(model, from, 'Egress');
  if (close(model, egress, 'Egress', to, port)) return egress;
  const ingress = governing(model, to, 'Ingress');
  return close(model, ingress, 'Ingress', from, port) ? ingress : [];
}

/** Whether the policies that govern one end keep the other away; none keep nobody away. */
export function close(
  model: Model,
  policies: readonly NetworkPolicy[],
  direction: Direction,
  other: FlowEnd,
  port: FlowPort,
): boolean {
  return (
    policies.length > 0 &&
    !policies.some((policy) => lets(model, policy.namespace, rulesOf(policy, direction), other, port))
  );
}

export function rulesOf({ spec }: NetworkPolicy, direction: Direction): readonly NetworkPolicyRule[] {
  return (direction === 'Ingress' ? spec.ingress : spec.egress) ?? [];
}

/** Policies of its namespace that select a workload for a direction. */
export function governing(
  model: Model,
  { namespace, labels }: Pick<FlowEnd, 'namespace' | 'labels'>,
  direction: Direction,
): readonly NetworkPolicy[] {
  return (byNamespace(model).get(namespace) ?? []).filter(
    (policy) => governs(policy, direction) && selectsLabels(policy.spec.podSelector, labels),
  );
}

const grouped = new WeakMap<Model, ReadonlyMap<string, readonly NetworkPolicy[]>>();

/** Once for a model: flows are many. */
function byNamespace(model: Model): ReadonlyMap<string, readonly NetworkPolicy[]> {
  const known = grouped.get(model);
  if (known !== undefined) return known;
  const found = groupBy(model.byKind('NetworkPolicy'), ({ namespace }) => namespace);
  grouped.set(model, found);
  return found;
}

function governs({ spec }: NetworkPolicy, direction: Direction): boolean {
  if (spec.policyTypes !== undefined) return spec.policyTypes.includes(direction);
  return direction === 'Ingress' || (spec.egress ?? []).length > 0;
}

/** Whoever is at the other end. */
export function letsPort(rules: readonly NetworkPolicyRule[], port: FlowPort): boolean {
  return rules.some(({ ports = [] }) => ports.length === 0 || ports.some((one) => takesPort(one, port)));
}

function lets(
  model: Model,
  namespace: string,
  rules: readonly NetworkPolicyRule[],
  other: FlowEnd,
  port: FlowPort,
): boolean {
  return rules.some(
    (rule) =>
      letsPort([rule], port) &&
      ((rule.peers ?? []).length === 0 || (rule.peers ?? []).some((peer) => takesPeer(model, namespace, peer, other))),
  );
}

function takesPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, { number, name }: FlowPort): boolean {
  if (protocol !== 'TCP') return false;
  if (port === undefined || port === name) return true;
  return typeof port === 'number' && port <= number && number <= (endPort ?? port);
}

/** @param namespace of the policy: pods without namespaceSelector are its own. */
function takesPeer(
  model: Model,
  namespace: string,
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  other: FlowEnd,
): boolean {
  if (ipBlock !== undefined) return inBlock(ipBlock, other.addresses);
  if (podSelector !== undefined && !selectsLabels(podSelector, other.labels)) return false;
  if (namespaceSelector === undefined) return other.namespace === namespace;
  const written = model.get('Namespace', '', other.namespace)?.labels ?? {};
  return selectsLabels(namespaceSelector, { 'kubernetes.io/metadata.name': other.namespace, ...written });
}

function inBlock(
  { cidr, except = [] }: NonNullable<NetworkPolicyPeer['ipBlock']>,
  addresses: readonly string[],
): boolean {
  const known = addresses.filter((address) => isIP(address) !== 0);
  if (known.length === 0) return true;
  return known.some(
    (address) => isWithinBlock(address, cidr) && !except.some((block) => isWithinBlock(address, block)),
  );
}

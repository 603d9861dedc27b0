/** Which security policies apply to a workload, and what they come to (Istio's policy_applier.go and authorization.go). */

import { compareByAge } from './age.ts';
import { hasLabels } from './kinds/label-selector.ts';
import type { MutualTlsMode } from './kinds/peer-authentication/spec.ts';
import type { PolicyTarget, PolicyTargetReference } from './kinds/policy-target.ts';
import type { JwtRule } from './kinds/request-authentication/spec.ts';
import type { Resource } from './resource.ts';

/** A workload as policies see it. */
export interface SelectedWorkload {
  readonly namespace: string;
  /** A gateway of the Gateway API carries `gateway.networking.k8s.io/gateway-name`, and policies may refer to it by that. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly creationTimestamp: string;
  readonly spec: PolicyTarget;
}

const gatewayNameLabels = ['gateway.networking.k8s.io/gateway-name', 'istio.io/gateway-name'] as const;
const gatewayClassLabel = 'gateway.networking.k8s.io/gateway-class-name';

const labelOf = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

/** The labels that a policy selects by, and an object by reference, are what makes it one of workloads. */
export function isNamespaceWide({ selector, targetRef, targetRefs = [] }: PolicyTarget): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && targetRef === undefined && targetRefs.length === 0;
}

/** True where the policy is about this workload, of all in the namespaces that the policy reaches. */
export function appliesTo(policy: Policy, workload: SelectedWorkload): boolean {
  const { selector, targetRef, targetRefs = [] } = policy.spec;
  const references = targetRef === undefined ? targetRefs : [targetRef, ...targetRefs];
  if (references.length > 0) return references.some((reference) => isReferred(reference, policy, workload));
  return hasLabels(workload.labels, selector?.matchLabels ?? {});
}

/** Services and ServiceEntries are targets of waypoints, of which there are none. */
function isReferred({ group, kind, name }: PolicyTargetReference, policy: Policy, workload: SelectedWorkload): boolean {
  if (group !== 'gateway.networking.k8s.io') return false;
  if (kind === 'GatewayClass') return labelOf(workload.labels, gatewayClassLabel) === name;
  if (kind !== 'Gateway' || policy.namespace !== workload.namespace) return false;
  return gatewayNameLabels.some((label) => labelOf(workload.labels, label) === name);
}

/** Those that apply: of the root namespace first, then of the workload's own; oldest first in each. All of them are in force. */
export function selectPolicies<P extends Policy>(
  policies: readonly P[],
  workload: SelectedWorkload,
  rootNamespace: string,
): P[] {
  const ofNamespace = (namespace: string): P[] =>
    policies.filter((policy) => policy.namespace === namespace && appliesTo(policy, workload)).sort(compareByAge);
  const ofRoot = ofNamespace(rootNamespace);
  return workload.namespace === rootNamespace ? ofRoot : [...ofRoot, ...ofNamespace(workload.namespace)];
}

export type EffectiveMutualTlsMode = Exclude<MutualTlsMode, 'UNSET'>;

export interface ModeWithOrigin {
  readonly mode: EffectiveMutualTlsMode;
  /** The policy that says so; absent: nobody does. */
  readonly policy?: Resource<'PeerAuthentication'>;
  /** Of the value in `policy`: "spec.mtls", "spec.portLevelMtls.8080". */
  readonly path?: string;
}

export interface EffectiveMutualTls extends ModeWithOrigin {
  /** By the workload's port; of all others `mode` holds. */
  readonly ports: ReadonlyMap<number, ModeWithOrigin>;
}

/**
 * The narrowest policy that says something wins: port, workload, namespace, mesh; PERMISSIVE where none does. Of several of one
 * scope the oldest counts alone. A selector in the root namespace reaches nobody, not even the workloads there.
 */
export function effectiveMutualTls(
  policies: readonly Resource<'PeerAuthentication'>[],
  workload: SelectedWorkload,
  rootNamespace: string,
): EffectiveMutualTls {
  const selected = selectPolicies(policies, workload, rootNamespace);
  const ofRoot = (policy: Policy): boolean => policy.namespace === rootNamespace;
  const mesh = selected.find((policy) => ofRoot(policy) && isNamespaceWide(policy.spec));
  const namespace = selected.find((policy) => !ofRoot(policy) && isNamespaceWide(policy.spec));
  const own = selected.find((policy) => !ofRoot(policy) && !isNamespaceWide(policy.spec));
  let effective: ModeWithOrigin = { mode: 'PERMISSIVE' };
  for (const policy of [mesh, namespace, own]) {
    const mode = policy?.spec.mtls?.mode ?? 'UNSET';
    if (policy !== undefined && mode !== 'UNSET') effective = { mode, policy, path: 'spec.mtls' };
  }
  const ports = new Map<number, ModeWithOrigin>();
  for (const [port, { mode = 'UNSET' }] of Object.entries(own?.spec.portLevelMtls ?? {})) {
    const inherits = own === undefined || mode === 'UNSET';
    ports.set(Number(port), inherits ? effective : { mode, policy: own, path: `spec.portLevelMtls.${port}` });
  }
  return { ...effective, ports };
}

/** Each in the order of `selectPolicies`; what only is a dry run is among them (`isDryRun`). */
export interface AuthorizationPolicies {
  readonly custom: readonly Resource<'AuthorizationPolicy'>[];
  readonly audit: readonly Resource<'AuthorizationPolicy'>[];
  readonly deny: readonly Resource<'AuthorizationPolicy'>[];
  readonly allow: readonly Resource<'AuthorizationPolicy'>[];
}

export function selectAuthorizationPolicies(
  policies: readonly Resource<'AuthorizationPolicy'>[],
  workload: SelectedWorkload,
  rootNamespace: string,
): AuthorizationPolicies {
  const selected = selectPolicies(policies, workload, rootNamespace);
  const having = (action: string) => selected.filter(({ spec }) => (spec.action ?? 'ALLOW') === action);
  return { custom: having('CUSTOM'), audit: having('AUDIT'), deny: having('DENY'), allow: having('ALLOW') };
}

export interface SelectedJwtRule {
  readonly rule: JwtRule;
  readonly policy: Resource<'RequestAuthentication'>;
  /** "spec.jwtRules[0]". */
  readonly path: string;
}

/** The rules of all RequestAuthentications that apply, by issuer, and of one issuer in the order of `selectPolicies`. */
export function selectJwtRules(
  policies: readonly Resource<'RequestAuthentication'>[],
  workload: SelectedWorkload,
  rootNamespace: string,
): SelectedJwtRule[] {
  const rules = selectPolicies(policies, workload, rootNamespace).flatMap((policy) =>
    (policy.spec.jwtRules ?? []).map((rule, index) => ({ rule, policy, path: `spec.jwtRules[${index}]` })),
  );
  return rules.sort((a, b) => (a.rule.issuer < b.rule.issuer ? -1 : a.rule.issuer > b.rule.issuer ? 1 : 0));
}

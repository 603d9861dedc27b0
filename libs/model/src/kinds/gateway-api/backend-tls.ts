/** BackendTLSPolicies: which one holds for a port of a Service, whom it trusts, and its status. */

import { compareByAgeAndPath } from '../../age.ts';
import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import { gatewayController } from './attachment.ts';
import type { BackendTlsTarget } from './backend-tls-policy/spec.ts';
import type { Condition } from './condition.ts';
import { gatewaysTo } from './gateways-to.ts';
import type { ParentReference } from './references.ts';
import { rootsIn } from './roots.ts';

export type BackendTlsPolicy = Resource<'BackendTLSPolicy'>;

export interface TrustedRoots {
  /** Of all references that lead to certificates; '' where none does. */
  readonly pem: string;
  /** Of the first reference that leads to none. */
  readonly problem?: { readonly reason: 'InvalidCACertificateRef' | 'InvalidKind'; readonly message: string };
}

export interface PolicyAncestorStatus {
  readonly ancestorRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

/** The specification's bound of `status.ancestors`. */
const ancestorsMax = 16;

const winnersOf = new WeakMap<Model, ReadonlyMap<string, BackendTlsPolicy>>();

/** "namespace/service" or "namespace/service/port name" → the policy that holds: the oldest of those that name exactly this. The same map for a model. */
export function backendTlsPolicies(model: Model): ReadonlyMap<string, BackendTlsPolicy> {
  const winners = winnersOf.get(model) ?? findWinners(model);
  winnersOf.set(model, winners);
  return winners;
}

function findWinners(model: Model): ReadonlyMap<string, BackendTlsPolicy> {
  const winners = new Map<string, BackendTlsPolicy>();
  for (const policy of [...model.byKind('BackendTLSPolicy')].sort(compareByAgeAndPath)) {
    for (const target of policy.spec.targetRefs.filter(isService)) {
      const key = targetKey(policy, target);
      if (!winners.has(key)) winners.set(key, policy);
    }
  }
  return winners;
}

/** A policy that names the port comes before one for the whole Service. */
export function backendTlsPolicyOf(
  policies: ReadonlyMap<string, BackendTlsPolicy>,
  service: { readonly namespace: string; readonly name: string },
  portName: string,
): BackendTlsPolicy | undefined {
  const whole = `${service.namespace}/${service.name}`;
  return policies.get(`${whole}/${portName}`) ?? policies.get(whole);
}

/** The certificates of the policy's references; not for `wellKnownCACertificates`. */
export function trustedRoots(model: Model, { namespace, spec }: BackendTlsPolicy): TrustedRoots {
  const found: string[] = [];
  let problem: TrustedRoots['problem'];
  for (const { group, kind, name } of spec.validation.caCertificateRefs ?? []) {
    const what = `${kind} ${namespace}/${name}`;
    const isKnown = group === '' && (kind === 'ConfigMap' || kind === 'Secret');
    const pem = isKnown ? rootsIn(model, kind, namespace, name) : undefined;
    if (pem !== undefined) found.push(pem.endsWith('\n') ? pem : `${pem}\n`);
    else if (!isKnown) problem ??= { reason: 'InvalidKind', message: `a ${kind} holds no CA certificate` };
    else problem ??= { reason: 'InvalidCACertificateRef', message: `there is no ${what} with a certificate in ca.crt` };
  }
  return { pem: found.join(''), ...(problem === undefined ? {} : { problem }) };
}

/** One for each Gateway of ours with a route to a target; the targets themselves where there is none: then it holds inside the mesh. */
export function backendTlsPolicyStatus(model: Model, policy: BackendTlsPolicy): readonly PolicyAncestorStatus[] {
  const conditions = conditionsOf(model, policy);
  const services = policy.spec.targetRefs.filter(isService);
  const gateways = services.flatMap(({ name }) => [...gatewaysTo(model, policy.namespace, name)]);
  const ancestors: ParentReference[] = [
    ...[...new Set(gateways)].map(({ namespace, name }) => ({
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      namespace,
      name,
    })),
  ];
  if (ancestors.length === 0) {
    const names = [
      ...new Set(policy.spec.targetRefs.map(({ group, kind, name }) => JSON.stringify([group, kind, name]))),
    ];
    for (const name of names) {
      const [group = '', kind = '', written = ''] = JSON.parse(name) as string[];
      ancestors.push({ group, kind, namespace: policy.namespace, name: written });
    }
  }
  return ancestors
    .slice(0, ancestorsMax)
    .map((ancestorRef) => ({ ancestorRef, controllerName: gatewayController, conditions }));
}

function conditionsOf(model: Model, policy: BackendTlsPolicy): readonly Condition[] {
  const { wellKnownCACertificates } = policy.spec.validation;
  const { pem, problem } = trustedRoots(model, policy);
  const resolved: Condition =
    problem === undefined
      ? { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message: 'all references are resolved' }
      : { type: 'ResolvedRefs', status: 'False', ...problem };
  const refused = (reason: string, message: string): Condition[] => [
    { type: 'Accepted', status: 'False', reason, message },
    resolved,
  ];
  if (wellKnownCACertificates === undefined && pem === '') {
    return refused('NoValidCACertificate', 'no reference leads to a CA certificate; connections to the target fail');
  }
  const found = policy.spec.targetRefs.filter((target) => isService(target) && hasTarget(model, policy, target));
  if (found.length === 0) return refused('TargetNotFound', 'no target is a Service that is there');
  const winners = backendTlsPolicies(model);
  const lost = found.map((target) => winners.get(targetKey(policy, target))).find((winner) => winner !== policy);
  if (lost !== undefined) {
    return refused('Conflicted', `BackendTLSPolicy ${lost.namespace}/${lost.name} is older and has the same target`);
  }
  return [{ type: 'Accepted', status: 'True', reason: 'Accepted', message: 'the policy is in force' }, resolved];
}

const isService = ({ group, kind }: BackendTlsTarget): boolean => group === '' && kind === 'Service';

function targetKey({ namespace }: BackendTlsPolicy, { name, sectionName }: BackendTlsTarget): string {
  return sectionName === undefined ? `${namespace}/${name}` : `${namespace}/${name}/${sectionName}`;
}

function hasTarget(model: Model, { namespace }: BackendTlsPolicy, { name, sectionName }: BackendTlsTarget): boolean {
  const service = model.get('Service', namespace, name);
  if (service === undefined) return false;
  return sectionName === undefined || service.spec.ports.some((port) => port.name === sectionName);
}

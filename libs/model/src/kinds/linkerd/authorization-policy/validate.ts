/** Rules between the fields of Linkerd's AuthorizationPolicy. */

import type { ValidationContext } from '../../definition.ts';
import { gatewayGroup } from '../../gateway-api/route-rules.ts';
import { isCoreKind, linkerdPolicyGroup, type PolicyReference } from '../policy-reference.ts';
import type { LinkerdAuthorizationPolicySpec } from './spec.ts';

const isTarget = (target: PolicyReference): boolean => {
  const { group = '', kind } = target;
  if (isCoreKind(target, 'Namespace')) return true;
  if (group === linkerdPolicyGroup) return kind === 'Server' || kind === 'HTTPRoute';
  return group === gatewayGroup && (kind === 'HTTPRoute' || kind === 'GRPCRoute');
};

/** What a reference asks of a caller: a certificate, or an address. */
function asked(reference: PolicyReference): 'identity' | 'network' | undefined {
  const { group = '', kind } = reference;
  if (isCoreKind(reference, 'ServiceAccount')) return 'identity';
  if (group !== linkerdPolicyGroup) return undefined;
  return kind === 'MeshTLSAuthentication' ? 'identity' : kind === 'NetworkAuthentication' ? 'network' : undefined;
}

export function validateLinkerdAuthorizationPolicy(
  spec: LinkerdAuthorizationPolicySpec,
  { report, warn, metadata }: ValidationContext,
): void {
  const { targetRef, requiredAuthenticationRefs } = spec;
  if (!isTarget(targetRef)) {
    report('spec.targetRef', 'a target is a Server, an HTTPRoute, a GRPCRoute or a Namespace, each with its group');
  } else if (isCoreKind(targetRef, 'Namespace')) {
    if (targetRef.name !== metadata.namespace) {
      report('spec.targetRef.name', `a policy is of its own namespace, which is ${metadata.namespace}`);
    }
  } else if (targetRef.namespace !== undefined && targetRef.namespace !== metadata.namespace) {
    report('spec.targetRef.namespace', `a target lies in the namespace of its policy, which is ${metadata.namespace}`);
  }
  const seen = new Set<string>();
  requiredAuthenticationRefs.forEach((reference, index) => {
    const path = `spec.requiredAuthenticationRefs[${index}]`;
    const what = asked(reference);
    if (what === undefined) {
      report(
        path,
        'an authentication is a MeshTLSAuthentication, a NetworkAuthentication or a ServiceAccount, each with its group',
      );
      return;
    }
    if (seen.has(what))
      report(
        path,
        what === 'identity' ? 'only one identity may be asked for' : 'only one NetworkAuthentication may be asked for',
      );
    seen.add(what);
  });
  if (requiredAuthenticationRefs.length === 0) {
    warn('spec.requiredAuthenticationRefs', 'without a required authentication everyone is let in');
  }
}

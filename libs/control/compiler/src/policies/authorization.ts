/** AuthorizationPolicies of one workload as rules of Envoy's RBAC filters: AUDIT, DENY, ALLOW, each one filter. */

import { create } from '@bufbuild/protobuf';
import { isDryRun, type Resource } from '@weft/model';
import { type Policy, type RBAC, RBAC_Action, RBACSchema } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import type { TrustDomains } from './rbac/peers.ts';
import { neverPolicy, rulePolicy } from './rbac/rule-policy.ts';

export type AuthorizationResource = Resource<'AuthorizationPolicy'>;

export interface AuthorizationScope {
  readonly transport: 'http' | 'tcp';
  readonly trustDomains: TrustDomains;
}

/** What a filter enforces, and what it only notes (dry run). At least one is there. */
export interface RbacRules {
  readonly enforced: RBAC | undefined;
  readonly shadow: RBAC | undefined;
  /** Of the shadow's metadata and counters. */
  readonly shadowPrefix: string;
}

/** "ns[shop]-policy[guard]-rule[0]": the name that Istio's users find in access logs. */
export function policyName({ namespace, name }: AuthorizationResource, rule: number): string {
  return `ns[${namespace}]-policy[${name}]-rule[${rule}]`;
}

/** The policies that a list of AuthorizationPolicies comes to, by name. */
export function namedPolicies(
  resources: readonly AuthorizationResource[],
  scope: AuthorizationScope,
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const resource of resources) {
    const { spec, namespace } = resource;
    const action = spec.action ?? 'ALLOW';
    const context = { namespace, action, ...scope };
    const rules = spec.rules ?? [];
    for (const [index, rule] of rules.entries()) {
      const policy = rulePolicy(rule, context);
      if (policy !== undefined) policies.set(policyName(resource, index), policy);
    }
    if (rules.length === 0 && action === 'ALLOW') policies.set(policyName(resource, 0), neverPolicy());
  }
  return policies;
}

const actions = { AUDIT: RBAC_Action.LOG, DENY: RBAC_Action.DENY, ALLOW: RBAC_Action.ALLOW } as const;

/** Nothing where no policy of the action applies. An ALLOW list stands even when no rule of it can be asked: then nothing is allowed. */
export function rbacRules(
  action: keyof typeof actions,
  resources: readonly AuthorizationResource[],
  scope: AuthorizationScope,
): RbacRules | undefined {
  const rulesOf = (list: readonly AuthorizationResource[]): RBAC | undefined => {
    const policies = namedPolicies(list, scope);
    if (list.length === 0 || (policies.size === 0 && action !== 'ALLOW')) return undefined;
    return create(RBACSchema, { action: actions[action], policies: Object.fromEntries(policies) });
  };
  const enforced = rulesOf(resources.filter((resource) => !isDryRun(resource)));
  const shadow = rulesOf(resources.filter((resource) => isDryRun(resource)));
  if (enforced === undefined && shadow === undefined) return undefined;
  return { enforced, shadow, shadowPrefix: `istio_dry_run_${action === 'ALLOW' ? 'allow' : 'deny'}_` };
}

/** An RBAC message as one judgement: policies compiled once, tried in the order of their names. */

import { refuse } from '@weft/data-runtime';
import { describeProvenance } from '@weft/kernel';
import { type Policy, type RBAC, RBAC_Action } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import type { ProxyLabels } from './proxy-labels.ts';
import { compilePermission } from './rbac-permission.ts';
import { compilePrincipal } from './rbac-principal.ts';
import { anyOf, type RbacScope, type RbacSubject, type RbacTest } from './rbac-subject.ts';

/** A policy of a set of rules, with what is said of it. */
export interface RbacPolicy {
  readonly name: string;
  readonly test: RbacTest;
}

export interface RbacRules {
  readonly action: 'allow' | 'deny' | 'log';
  readonly policies: readonly RbacPolicy[];
  /** The first policy that holds, by name. */
  match(subject: RbacSubject): RbacPolicy | undefined;
}

const actions = { [RBAC_Action.ALLOW]: 'allow', [RBAC_Action.DENY]: 'deny', [RBAC_Action.LOG]: 'log' } as const;

/** Fields of the messages below that are compiled; `condition` (CEL), `matcher` and audit loggers are not. */
export const rbacFields = {
  'envoy.config.rbac.v3.RBAC': ['action', 'policies'],
  'envoy.config.rbac.v3.Policy': ['permissions', 'principals'],
  'envoy.config.rbac.v3.Permission': [
    'and_rules',
    'or_rules',
    'any',
    'header',
    'url_path',
    'destination_ip',
    'destination_port',
    'destination_port_range',
    'metadata',
    'not_rule',
    'requested_server_name',
    'uri_template',
  ],
  'envoy.config.rbac.v3.Permission.Set': ['rules'],
  'envoy.config.rbac.v3.Principal': [
    'and_ids',
    'or_ids',
    'any',
    'authenticated',
    'source_ip',
    'direct_remote_ip',
    'remote_ip',
    'header',
    'url_path',
    'metadata',
    'not_id',
  ],
  'envoy.config.rbac.v3.Principal.Set': ['ids'],
  'envoy.config.rbac.v3.Principal.Authenticated': ['principal_name'],
  'envoy.config.core.v3.CidrRange': ['address_prefix', 'prefix_len'],
  'envoy.config.core.v3.TypedExtensionConfig': ['name', 'typed_config'],
  'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig': ['path_template'],
  'envoy.type.v3.Int32Range': ['start', 'end'],
} as const;

/** @throws WeftError `config_rejected` */
export function compileRules(rules: RBAC, scope: RbacScope, where: string): RbacRules {
  const action = actions[rules.action as keyof typeof actions];
  if (action === undefined) refuse(where, `action ${rules.action} is not supported`);
  const policies = Object.entries(rules.policies)
    .map(([name, policy]) => compilePolicy(name, policy, scope, `${where}: policy ${name}`))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    action,
    policies,
    match(subject) {
      for (let i = 0; i < policies.length; i += 1) {
        const policy = policies[i] as RbacPolicy;
        if (policy.test(subject)) return policy;
      }
      return undefined;
    },
  };
}

/** @returns whether the judged may go on. */
export function allows(rules: RbacRules, matched: RbacPolicy | undefined): boolean {
  if (rules.action === 'log') return true;
  return (rules.action === 'allow') === (matched !== undefined);
}

/** Envoy's response_code_details; white space in a policy's name as "_". */
export function deniedDetails(matched: RbacPolicy | undefined): string {
  return `rbac_access_denied_matched_policy[${(matched?.name ?? 'none').replace(/\s/g, '_')}]`;
}

/** Where a policy was written, by its name. */
export type PolicyFrom = ProxyLabels['policyFrom'];

/** For x-weft-reason: the policy that denies, or the first of those that could have allowed. */
export function deniedReason(rules: RbacRules, matched: RbacPolicy | undefined, policyFrom: PolicyFrom): string {
  const [first] = rules.policies;
  const name = matched?.name ?? first?.name;
  const from = name === undefined ? undefined : policyFrom?.(name);
  const place = from === undefined ? '' : `; ${describeProvenance(from)}`;
  if (matched !== undefined) return `rbac: denied by ${matched.name}${place}`;
  const more = rules.policies.length - 1;
  return `rbac: no policy allows this${place}${place !== '' && more > 0 ? ` and ${more} more` : ''}`;
}

function compilePolicy(name: string, policy: Policy, scope: RbacScope, where: string): RbacPolicy {
  if (policy.condition !== undefined || policy.checkedCondition !== undefined)
    refuse(where, 'field condition is not supported');
  if (policy.permissions.length === 0) refuse(where, 'permissions is empty');
  if (policy.principals.length === 0) refuse(where, 'principals is empty');
  const permitted = anyOf(policy.permissions.map((one) => compilePermission(one, scope, where)));
  const principal = anyOf(policy.principals.map((one) => compilePrincipal(one, scope, where)));
  return { name, test: (subject) => permitted(subject) && principal(subject) };
}

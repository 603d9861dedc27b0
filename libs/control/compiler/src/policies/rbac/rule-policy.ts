/** One rule of an AuthorizationPolicy as a policy of Envoy's RBAC, for HTTP or for TCP. */

import { create } from '@bufbuild/protobuf';
import type { AuthorizationRule } from '@weft/model';
import {
  PermissionSchema,
  type Policy,
  PolicySchema,
  PrincipalSchema,
} from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { conditionPredicates } from './conditions.ts';
import { operationPredicates } from './operations.ts';
import { allPermissions, allPrincipals, type Predicate } from './predicate.ts';
import { type SourceScope, sourcePredicates } from './sources.ts';

export interface RuleContext extends SourceScope {
  readonly transport: 'http' | 'tcp';
  /** What becomes of a rule that asks TCP for what only HTTP has: an ALLOW rule allows less, the others match more. */
  readonly action: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';
}

/** @returns nothing where the rule cannot be asked here and must not allow anything. */
export function rulePolicy(rule: AuthorizationRule, context: RuleContext): Policy | undefined {
  const when = conditionPredicates(rule.when ?? [], context);
  const operations = (rule.to ?? [{}]).map(({ operation = {} }) => operationPredicates(operation));
  const sources = (rule.from ?? [{}]).map(({ source = {} }) => sourcePredicates(source, context));
  const all: Predicate<unknown>[] = [...operations.flat(), ...sources.flat(), ...when.permissions, ...when.principals];
  const unaskable = context.transport === 'tcp' && all.some(({ httpOnly }) => httpOnly);
  if (unaskable && context.action === 'ALLOW') return undefined;
  const askable = <M>(predicates: readonly Predicate<M>[]): readonly Predicate<M>[] =>
    unaskable ? predicates.filter(({ httpOnly }) => !httpOnly) : predicates;
  return create(PolicySchema, {
    permissions: orNone(operations).map((own) =>
      create(PermissionSchema, allPermissions(askable([...own, ...when.permissions]))),
    ),
    principals: orNone(sources).map((own) =>
      create(PrincipalSchema, allPrincipals(askable([...own, ...when.principals]))),
    ),
  });
}

/** An empty list asks nothing, as an absent one. */
function orNone<M>(lists: readonly (readonly M[])[]): readonly (readonly M[])[] {
  return lists.length === 0 ? [[]] : lists;
}

/** Matches nothing: for a policy without rules, which still makes the ALLOW list that denies the rest. */
export function neverPolicy(): Policy {
  return create(PolicySchema, {
    permissions: [{ rule: { case: 'notRule', value: { rule: { case: 'any', value: true } } } }],
    principals: [{ identifier: { case: 'notId', value: { identifier: { case: 'any', value: true } } } }],
  });
}

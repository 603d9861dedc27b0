/** Grants as rules of Envoy's RBAC filters: what nobody is granted is denied, or with "audit" passes and is noted. */

import { create } from '@bufbuild/protobuf';
import {
  PermissionSchema,
  type Policy,
  PolicySchema,
  PrincipalSchema,
  RBAC_Action,
  type RBAC as Rules,
  RBACSchema as RulesSchema,
} from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { neverPolicy } from '../policies/rbac/rule-policy.ts';
import type { Grant } from './grants.ts';

export interface Judgement {
  readonly grants: readonly Grant[];
  readonly audit: boolean;
}

/** As messages of the RBAC filters, for requests and for connections alike, have them. */
export interface JudgementFields {
  readonly rules?: Rules;
  readonly shadowRules?: Rules;
  readonly shadowRulesStatPrefix?: string;
}

/** Of metadata and counters of what "audit" would have denied. */
const auditPrefix = 'linkerd_audit_';

export function judgementFields({ grants, audit }: Judgement, transport: 'http' | 'tcp'): JudgementFields {
  const askable = grants.filter(({ what }) => transport === 'http' || what === undefined);
  const rules = create(RulesSchema, {
    action: RBAC_Action.ALLOW,
    policies: Object.fromEntries(askable.map((grant) => [grant.name, policyOf(grant)])),
  });
  return audit ? { shadowRules: rules, shadowRulesStatPrefix: auditPrefix } : { rules };
}

function policyOf({ who, what }: Grant): Policy {
  if (who === undefined) return neverPolicy();
  return create(PolicySchema, {
    permissions: [create(PermissionSchema, what ?? { rule: { case: 'any', value: true } })],
    principals: [create(PrincipalSchema, who)],
  });
}

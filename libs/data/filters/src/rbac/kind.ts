/** How the RBAC filter is made from its message. */

import { type HttpFilterKind, refuse, unpack } from '@weft/data-runtime';
import type { MetricRegistry } from '@weft/telemetry';
import {
  type RBAC,
  RBACPerRouteSchema,
  RBACSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import type { ProxyLabels } from '../proxy-labels.ts';
import { compileRules, rbacFields } from '../rbac-rules.ts';
import { createRbac, type RbacSettings } from './rbac.ts';
import { createRbacCount } from './stats.ts';

const ownFields = [
  'rules',
  'rules_stat_prefix',
  'shadow_rules',
  'shadow_rules_stat_prefix',
  'track_per_rule_stats',
] as const;

/** `matcher` and `shadow_matcher` are refused by name, like a policy's `condition`. */
export function createRbacKind(deps: {
  readonly registry: MetricRegistry;
  readonly proxy?: Pick<ProxyLabels, 'policyFrom'>;
}): HttpFilterKind {
  const { registry, proxy } = deps;
  return {
    schema: RBACSchema,
    perRouteSchema: RBACPerRouteSchema,
    supported: {
      ...rbacFields,
      'envoy.extensions.filters.http.rbac.v3.RBAC': ownFields,
      'envoy.extensions.filters.http.rbac.v3.RBACPerRoute': ['rbac'],
    },
    compile(config, name, context, where) {
      const settings = compileSettings(registry, unpack(config, RBACSchema, where), context.statPrefix, where);
      return createRbac(name, settings, proxy?.policyFrom);
    },
    compilePerRoute(config, _context, where) {
      const { rbac } = unpack(config, RBACPerRouteSchema, where);
      // Without rules: off for this route.
      if (rbac === undefined) return { enforced: undefined, shadow: undefined } satisfies RbacSettings;
      return compileSettings(registry, rbac, '', where);
    },
  };
}

function compileSettings(registry: MetricRegistry, config: RBAC, manager: string, where: string): RbacSettings {
  if (config.matcher !== undefined) refuse(where, 'field matcher is not supported');
  if (config.shadowMatcher !== undefined) refuse(where, 'field shadow_matcher is not supported');
  const { rules, shadowRules, trackPerRuleStats: perRule } = config;
  const engine = (message: NonNullable<RBAC['rules']>, prefix: string, shadow: boolean) => ({
    rules: compileRules(message, 'http', `${where}: ${shadow ? 'shadow_rules' : 'rules'}`),
    count: createRbacCount(registry, { manager, prefix, shadow, perRule }),
    metadataPrefix: `${prefix}${shadow ? 'shadow' : 'enforced'}_`,
  });
  return {
    enforced: rules === undefined ? undefined : engine(rules, config.rulesStatPrefix, false),
    shadow: shadowRules === undefined ? undefined : engine(shadowRules, config.shadowRulesStatPrefix, true),
  };
}

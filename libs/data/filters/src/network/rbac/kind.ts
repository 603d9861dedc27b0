/** How the network RBAC filter is made from its message. */

import { type NetworkFilterKind, refuse, unpack } from '@weft/data-runtime';
import type { MetricRegistry } from '@weft/telemetry';
import type { RBAC as Rules } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { RBAC_EnforcementType, RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/network/rbac/v3/rbac';
import type { ProxyLabels } from '../../proxy-labels.ts';
import { compileRules, rbacFields } from '../../rbac-rules.ts';
import { createNetworkRbac, type NetworkRbacEngine } from './network-rbac.ts';

/**
 * A connection is judged once, before its first byte goes on: `enforcement_type: CONTINUOUS` asks for more and is refused, with
 * `matcher`, `shadow_matcher`, and rules that read a request.
 */
export function createNetworkRbacKind(deps: {
  readonly registry: MetricRegistry;
  readonly proxy?: Pick<ProxyLabels, 'policyFrom'>;
}): NetworkFilterKind {
  return {
    schema: RBACSchema,
    supported: {
      ...rbacFields,
      'envoy.extensions.filters.network.rbac.v3.RBAC': [
        'rules',
        'shadow_rules',
        'shadow_rules_stat_prefix',
        'stat_prefix',
        'enforcement_type',
      ],
    },
    compile(config, name, _context, where) {
      const message = unpack(config, RBACSchema, where);
      const { statPrefix, rules, shadowRules, enforcementType } = message;
      if (statPrefix === '') refuse(where, 'stat_prefix is missing');
      if (message.matcher !== undefined) refuse(where, 'field matcher is not supported');
      if (message.shadowMatcher !== undefined) refuse(where, 'field shadow_matcher is not supported');
      if (enforcementType !== RBAC_EnforcementType.ONE_TIME_ON_FIRST_BYTE)
        refuse(where, 'enforcement_type is not supported');
      const engine = (of: Rules | undefined, prefix: string, kind: '' | 'shadow_') =>
        of === undefined ? undefined : compileEngine(deps.registry, of, [statPrefix, prefix], kind, where);
      const enforced = engine(rules, '', '');
      const shadow = engine(shadowRules, message.shadowRulesStatPrefix, 'shadow_');
      if (enforced === undefined && shadow === undefined) return undefined;
      return createNetworkRbac(name, enforced, shadow, deps.proxy?.policyFrom);
    },
  };
}

function compileEngine(
  registry: MetricRegistry,
  rules: Rules,
  labels: readonly string[],
  kind: '' | 'shadow_',
  where: string,
): NetworkRbacEngine {
  const counter = (result: string) =>
    registry
      .counter(`envoy_rbac_${kind}${result}`, `Connections that ${kind}RBAC rules ${result}.`, [
        'prefix',
        'envoy_rbac_prefix',
      ])
      .slot(labels);
  return {
    rules: compileRules(rules, 'network', `${where}: ${kind}rules`),
    allowed: counter('allowed'),
    denied: counter('denied'),
  };
}

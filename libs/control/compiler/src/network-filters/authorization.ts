/** Policies of TCP connections: what they ask of HTTP is left out or denies, as Istio has it. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type Filter, FilterSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { RBAC as Rules } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/network/rbac/v3/rbac';
import type { Context } from '../context.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { type Judgement, judgementFields } from '../linkerd/rules.ts';
import { customOf, rulesOf } from '../policies/applied.ts';

const statPrefix = 'tcp.';

/** To stand before `tcp_proxy` on what a workload or a gateway takes. @param guard Linkerd's policies of the port, which are asked after Istio's. */
export function authorizationNetworkFilters(context: Context, guard?: PortGuard): readonly Filter[] {
  // Nobody asks an authorizer about bytes: a CUSTOM policy that matches a connection denies it.
  const custom = customOf(context, 'tcp');
  const filters = rulesOf(context, 'tcp').map(({ enforced, shadow, shadowPrefix }) =>
    rbacFilter(enforced, shadow, shadowPrefix),
  );
  const own = [guard?.targets, guard?.judgement].filter((one) => one !== undefined).map(judgementFilter);
  return [...(custom === undefined ? [] : [rbacFilter(custom.rules, undefined, '')]), ...filters, ...own];
}

function judgementFilter(judgement: Judgement): Filter {
  const { rules, shadowRules, shadowRulesStatPrefix = '' } = judgementFields(judgement, 'tcp');
  return rbacFilter(rules, shadowRules, shadowRulesStatPrefix);
}

function rbacFilter(enforced: Rules | undefined, shadow: Rules | undefined, shadowPrefix: string): Filter {
  const rbac = create(RBACSchema, {
    statPrefix,
    ...(enforced === undefined ? {} : { rules: enforced }),
    ...(shadow === undefined ? {} : { shadowRules: shadow, shadowRulesStatPrefix: shadowPrefix }),
  });
  return create(FilterSchema, {
    name: 'envoy.filters.network.rbac',
    configType: { case: 'typedConfig', value: anyPack(RBACSchema, rbac) },
  });
}

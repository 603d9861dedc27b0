/** Counters of an RBAC filter, by Envoy's names. */

import type { Counter, MetricRegistry } from '@weft/telemetry';
import type { RbacPolicy } from '../rbac-rules.ts';

/** Counts one judgement. */
export type RbacCount = (allowed: boolean, matched: RbacPolicy | undefined) => void;

export interface RbacStatsOptions {
  /** stat_prefix of the HTTP connection manager. */
  readonly manager: string;
  /** rules_stat_prefix or shadow_rules_stat_prefix. */
  readonly prefix: string;
  readonly shadow: boolean;
  /** track_per_rule_stats: by policy too. */
  readonly perRule: boolean;
}

/** `envoy_http_rbac_allowed`, `_denied`, `_shadow_allowed`, `_shadow_denied`, and `envoy_http_rbac_policy_…` by policy. */
export function createRbacCount(registry: MetricRegistry, options: RbacStatsOptions): RbacCount {
  const { manager, prefix, shadow, perRule } = options;
  const kind = shadow ? 'shadow_' : '';
  const labels = ['envoy_http_conn_manager_prefix', 'envoy_rbac_prefix'];
  const family = (result: string) =>
    registry.counter(`envoy_http_rbac_${kind}${result}`, `Requests that ${kind}RBAC rules ${result}.`, labels);
  const allowedCounter = family('allowed').slot([manager, prefix]);
  const deniedCounter = family('denied').slot([manager, prefix]);
  if (!perRule) return (allowed) => (allowed ? allowedCounter : deniedCounter).add(1);
  const byPolicy = (result: string) =>
    registry.counter(`envoy_http_rbac_policy_${kind}${result}`, `Requests that one policy of ${kind}RBAC ${result}.`, [
      ...labels,
      'envoy_rbac_policy',
    ]);
  const allowedFamily = byPolicy('allowed');
  const deniedFamily = byPolicy('denied');
  const slots = new WeakMap<RbacPolicy, Counter>();
  return (allowed, matched) => {
    (allowed ? allowedCounter : deniedCounter).add(1);
    if (matched === undefined) return;
    let slot = slots.get(matched);
    if (slot === undefined) {
      slot = (allowed ? allowedFamily : deniedFamily).slot([manager, prefix, matched.name]);
      slots.set(matched, slot);
    }
    slot.add(1);
  };
}

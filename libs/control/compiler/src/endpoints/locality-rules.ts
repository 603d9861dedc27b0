/** Which locality rules hold for a cluster, and of what of the client its endpoints then depend on. */

import type { LocalityLoadBalancing, TrafficPolicy } from '@weft/model';
import type { Context } from '../context.ts';
import type { Client } from './locality-priority.ts';

/** A rule's block replaces the mesh's; nothing where it, or the mesh, switches it off. */
export function localityRules(context: Context, policy: TrafficPolicy): LocalityLoadBalancing | undefined {
  const written = policy.loadBalancer?.localityLbSetting;
  if (written !== undefined) return written.enabled === false ? undefined : written;
  const { localityLbSetting } = context.world.input.mesh;
  return localityLbSetting.enabled ? localityLbSetting : undefined;
}

export interface LocalityNeeds {
  readonly rules: LocalityLoadBalancing | undefined;
  readonly failover: boolean;
  readonly client: Client;
  /** Two clients of equal key get equal endpoints. */
  readonly key: string;
}

export function localityNeeds(context: Context, policy: TrafficPolicy): LocalityNeeds {
  const { proxy } = context;
  const rules = localityRules(context, policy);
  const failover = policy.outlierDetection !== undefined;
  const matters = rules !== undefined && (failover || rules.distribute !== undefined);
  const byLabels = matters && (rules?.failoverPriority?.length ?? 0) > 0;
  return {
    rules: matters ? rules : undefined,
    failover,
    client: { locality: proxy.locality, labels: proxy.labels, network: proxy.network },
    key: matters ? `${proxy.locality}|${byLabels ? `${proxy.network}${JSON.stringify(proxy.labels)}` : ''}` : '',
  };
}

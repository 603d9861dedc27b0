/** Which clients have all clusters and endpoints in common. */

import type { Context } from '../context.ts';
import { clusterScope, type PlannedCluster } from '../service-clusters.ts';
import { localityRules } from './locality-rules.ts';

/** Those of one kind, namespace, Sidecar and locality, and where a rule prefers endpoints by labels, of equal labels. */
export function bundleScope(context: Context, planned: readonly PlannedCluster[]): string {
  const { proxy, scope } = context;
  const sidecar = scope.sidecar === undefined ? '' : `${scope.sidecar.namespace}/${scope.sidecar.name}`;
  const labels = prefersByLabels(context, planned) ? `${proxy.network}${JSON.stringify(proxy.labels)}` : '';
  return [clusterScope(context), sidecar, proxy.locality, labels].join('|');
}

const answers = new WeakMap<readonly PlannedCluster[], boolean>();

/** The same for as long as the plan is: rules and the mesh's configuration are part of it. */
function prefersByLabels(context: Context, planned: readonly PlannedCluster[]): boolean {
  const known = answers.get(planned);
  if (known !== undefined) return known;
  const found = planned.some(({ policy }) => (localityRules(context, policy)?.failoverPriority?.length ?? 0) > 0);
  answers.set(planned, found);
  return found;
}

/** One assignment per EDS cluster. */

import type { RegistryView } from '@weft/control-registry';
import type { Draft } from '../cache.ts';
import type { Context, Generator } from '../context.ts';
import {
  clusterScope,
  instancesOf,
  type PlannedCluster,
  plannedClusters,
  plansOfChanged,
  usesOriginalDestination,
} from '../service-clusters.ts';
import { bundleScope } from './bundle-scope.ts';
import { loadAssignment } from './load-assignment.ts';
import { localityNeeds } from './locality-rules.ts';
import { mutualTlsKey, takesMutualTls } from './mutual-tls.ts';

export const endpoints: Generator = (context) => {
  const { world, proxy } = context;
  const captured = proxy.interception !== 'NONE';
  const planned = plannedClusters(context);
  const draftsOf = (some: readonly PlannedCluster[]): Draft<'endpoint'>[] =>
    some
      .filter((each) => each.service.resolution === 'endpoints' && !usesOriginalDestination(each, captured))
      .map((each) => endpointDraft(context, each));
  context.emitAll({
    type: 'endpoint',
    scope: bundleScope(context, planned),
    inputs: [planned, world.input.registry, world.input.mesh, world.policies.disabling],
    drafts: () => draftsOf(planned),
    changed: ([plan, registry, mesh, disabling]) =>
      plan === planned && mesh === world.input.mesh && disabling === world.policies.disabling
        ? draftsOf(plansOfChanged(planned, registry as RegistryView, world.input.registry))
        : undefined,
  });
};

function endpointDraft(context: Context, planned: PlannedCluster): Draft<'endpoint'> {
  const { world } = context;
  const { port, name, labels, policy } = planned;
  const scope = clusterScope(context);
  const instances = instancesOf(world, planned);
  const locality = localityNeeds(context, policy);
  return {
    type: 'endpoint',
    name,
    scope: locality.key === '' ? scope : `${scope}|${locality.key}`,
    inputs: [
      port.number,
      ...Object.entries(labels).flat(),
      locality.rules,
      locality.failover,
      mutualTlsKey(world, instances, port.number),
      ...instances,
    ],
    build: () => ({ message: loadAssignment(name, port, instances, locality, takesMutualTls(world)) }),
  };
}

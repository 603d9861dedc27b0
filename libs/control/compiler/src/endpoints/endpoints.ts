/** One assignment per EDS cluster. */

import type { Draft } from '../cache.ts';
import type { Context, Generator } from '../context.ts';
import {
  clusterScope,
  instancesOf,
  type PlannedCluster,
  plannedClusters,
  usesOriginalDestination,
} from '../service-clusters.ts';
import { bundleScope } from './bundle-scope.ts';
import { loadAssignment } from './load-assignment.ts';
import { localityNeeds } from './locality-rules.ts';

export const endpoints: Generator = (context) => {
  const { world, proxy } = context;
  const captured = proxy.interception !== 'NONE';
  const planned = plannedClusters(context);
  context.emitAll({
    type: 'endpoint',
    scope: bundleScope(context, planned),
    inputs: [planned, world.input.registry, world.input.mesh],
    drafts: () =>
      planned
        .filter((each) => each.service.resolution === 'endpoints' && !usesOriginalDestination(each, captured))
        .map((each) => endpointDraft(context, each)),
  });
};

function endpointDraft(context: Context, planned: PlannedCluster): Draft<'endpoint'> {
  const { port, name, labels, policy } = planned;
  const scope = clusterScope(context);
  const instances = instancesOf(context.world, planned);
  const locality = localityNeeds(context, policy);
  return {
    type: 'endpoint',
    name,
    scope: locality.key === '' ? scope : `${scope}|${locality.key}`,
    inputs: [port.number, ...Object.entries(labels).flat(), locality.rules, locality.failover, null, ...instances],
    build: () => ({ message: loadAssignment(name, port, instances, locality) }),
  };
}

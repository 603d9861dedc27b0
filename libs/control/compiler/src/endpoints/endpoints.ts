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
    inputs: [planned, world.input.registry, world.input.mesh],
    drafts: () => draftsOf(planned),
    changed: ([plan, registry, mesh]) =>
      plan === planned && mesh === world.input.mesh
        ? draftsOf(plansOfChanged(planned, registry as RegistryView, world.input.registry))
        : undefined,
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

/** One assignment per EDS cluster. */

import type { Context, Generator } from '../context.ts';
import { clusterScope, instancesOf, plannedClusters, usesOriginalDestination } from '../service-clusters.ts';
import { loadAssignment } from './load-assignment.ts';
import { localityNeeds } from './locality-rules.ts';

export const endpoints: Generator = (context: Context) => {
  const { world, proxy } = context;
  const scope = clusterScope(context);
  const captured = proxy.interception !== 'NONE';
  for (const planned of plannedClusters(context)) {
    const { service, port, name, labels, policy } = planned;
    if (service.resolution !== 'endpoints' || usesOriginalDestination(planned, captured)) continue;
    const instances = instancesOf(world, planned);
    const locality = localityNeeds(context, policy);
    context.emit({
      type: 'endpoint',
      name,
      scope: locality.key === '' ? scope : `${scope}|${locality.key}`,
      inputs: [port.number, ...Object.entries(labels).flat(), locality.rules, locality.failover, null, ...instances],
      build: () => ({ message: loadAssignment(name, port, instances, locality) }),
    });
  }
};

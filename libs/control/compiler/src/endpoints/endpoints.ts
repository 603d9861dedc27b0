/** One assignment per EDS cluster. */

import { type Context, clientScope, type Generator } from '../context.ts';
import { instancesOf, plannedClusters } from '../service-clusters.ts';
import { loadAssignment } from './load-assignment.ts';

export const endpoints: Generator = (context: Context) => {
  for (const planned of plannedClusters(context)) {
    const { service, port, name, labels } = planned;
    if (service.resolution !== 'endpoints') continue;
    const instances = instancesOf(planned);
    context.emit({
      type: 'endpoint',
      name,
      scope: clientScope(context),
      inputs: [port.number, ...Object.entries(labels).flat(), null, ...instances],
      build: () => ({ message: loadAssignment(name, port, instances) }),
    });
  }
};

/** WEFT0119: a Service that no workload belongs to. */

import type { Analyser } from '../analyser.ts';

export const serviceWithoutWorkload: Analyser = {
  code: 'WEFT0119',
  name: 'service-without-workload',
  severity: 'warning',
  istio: [],
  summary: 'A Service selects workloads by labels that none of its namespace has.',
  effect: 'Requests for it are answered with 503 (UH).',
  remedy: 'Correct `spec.selector`, or define the workloads (WorkloadGroup, WorkloadEntry, Pod).',
  find: (mesh) => {
    if (mesh.workloads.length === 0) return [];
    return [...mesh.services.values()].flatMap((service) => {
      const resource = mesh.definitionOf(service);
      if (resource?.kind !== 'Service' || service.instances.length > 0) return [];
      const selector = Object.entries(resource.spec.selector);
      if (selector.length === 0 || mesh.workloadsOf(service).length > 0) return [];
      const labels = selector.map(([key, value]) => `${key}=${value}`).join(', ');
      return [
        { resource, path: 'spec.selector', message: `no workload of namespace ${service.namespace} has ${labels}` },
      ];
    });
  },
};

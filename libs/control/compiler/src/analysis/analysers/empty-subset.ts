/** WEFT0118: a subset that no workload of the service belongs to. */

import { hasLabels } from '@weft/model';
import type { Analyser } from '../analyser.ts';

/** The registry knows these of an endpoint although its workload does not carry them. */
const topology = /^topology\.(kubernetes\.io|istio\.io)\//;

export const emptySubset: Analyser = {
  code: 'WEFT0118',
  name: 'empty-subset',
  severity: 'warning',
  istio: ['IST0173'],
  summary: 'No workload of the service has the labels of a subset.',
  effect: 'Requests for the subset are answered with 503 (UH).',
  remedy: 'Correct the labels of the subset, or start the workloads.',
  find: (mesh) =>
    mesh.model.byKind('DestinationRule').flatMap((resource) => {
      const service = mesh.service(mesh.expand(resource.spec.host, resource.namespace));
      const workloads = service === undefined ? [] : mesh.workloadsOf(service);
      // Of a service without any workload that is known, every subset is empty: that is told once, of the service.
      if (workloads.length === 0) return [];
      return (resource.spec.subsets ?? []).flatMap(({ name, labels = {} }, index) => {
        const wanted = Object.fromEntries(Object.entries(labels).filter(([key]) => !topology.test(key)));
        const filled = workloads.some((workload) => hasLabels(workload.labels, wanted));
        if (filled) return [];
        const message = `no workload of ${service?.host ?? ''} has ${Object.entries(wanted)
          .map(([key, value]) => `${key}=${value}`)
          .join(', ')} (subset ${name})`;
        return [{ resource, path: `spec.subsets[${index}].labels`, message }];
      });
    }),
};

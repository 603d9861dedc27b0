/** WEFT0109: a Gateway whose selector takes no workload. */

import { picksLabels } from '@weft/model';
import type { Analyser } from '../analyser.ts';

export const gatewayWithoutWorkload: Analyser = {
  code: 'WEFT0109',
  name: 'gateway-without-workload',
  severity: 'warning',
  istio: ['IST0101'],
  summary: 'No workload has the labels that a Gateway selects.',
  effect: 'Nobody listens on its ports.',
  remedy: 'Give the gateway workload the labels, or correct `spec.selector`.',
  find: ({ model, workloads }) => {
    if (workloads.length === 0) return [];
    return model.byKind('Gateway').flatMap((resource) => {
      const { selector } = resource.spec;
      const pairs = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
      if (pairs.length === 0 || workloads.some(({ labels }) => picksLabels(selector, labels))) return [];
      return [{ resource, path: 'spec.selector', message: `no workload has ${pairs.join(', ')}` }];
    });
  },
};

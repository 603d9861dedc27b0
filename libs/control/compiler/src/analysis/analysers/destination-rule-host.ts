/** WEFT0117: a DestinationRule for a host that is not there. */

import { hostCovers } from '../../model-index.ts';
import type { Analyser } from '../analyser.ts';

export const destinationRuleHost: Analyser = {
  code: 'WEFT0117',
  name: 'destination-rule-host',
  severity: 'warning',
  istio: ['IST0101'],
  summary: 'A DestinationRule is for a host that no Service and no ServiceEntry defines.',
  effect: 'It holds for nothing.',
  remedy: 'Correct `spec.host`: a short name means a service of the namespace of the rule.',
  find: (mesh) =>
    mesh.model.byKind('DestinationRule').flatMap((resource) => {
      const host = mesh.expand(resource.spec.host, resource.namespace);
      const known = [...mesh.services.keys()].some((service) => hostCovers(host, service) || hostCovers(service, host));
      return known ? [] : [{ resource, path: 'spec.host', message: `no service has the host ${host}` }];
    }),
};

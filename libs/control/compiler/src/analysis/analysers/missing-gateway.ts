/** WEFT0107: a VirtualService bound to a Gateway that is not there. */

import { gatewayKey } from '../../model-index.ts';
import type { Analyser } from '../analyser.ts';

export const missingGateway: Analyser = {
  code: 'WEFT0107',
  name: 'missing-gateway',
  severity: 'error',
  istio: ['IST0101'],
  summary: 'A VirtualService is bound to a Gateway that does not exist.',
  effect: 'No gateway serves its hosts.',
  remedy: 'Create the Gateway, or write its name as `namespace/name` where it is of another namespace.',
  find: ({ model, index }) => {
    const known = new Set(index.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
    return model.byKind('VirtualService').flatMap((resource) =>
      resource.spec.gateways.flatMap((name, position) => {
        const key = gatewayKey(name, resource.namespace);
        if (name === 'mesh' || known.has(key)) return [];
        const bare = name.split('/').at(-1) ?? name;
        const other = index.gateways.find((gateway) => gateway.name === bare);
        const hint = other === undefined ? '' : `; there is ${other.namespace}/${other.name}`;
        return [{ resource, path: `spec.gateways[${position}]`, message: `there is no Gateway ${key}${hint}` }];
      }),
    );
  },
};

/** WEFT0130: a rule that delegates to nobody, and a delegate that nobody uses. */

import { nameOf } from '../analysed-mesh.ts';
import type { Analyser } from '../analyser.ts';

export const missingDelegate: Analyser = {
  code: 'WEFT0130',
  name: 'missing-delegate',
  severity: 'warning',
  istio: ['IST0101'],
  summary:
    'A rule delegates to a VirtualService that is not there or has hosts, or nobody delegates to one without hosts.',
  effect: 'The rule is left out; a VirtualService without hosts that nobody names does nothing.',
  remedy: 'Correct `delegate.name` and `delegate.namespace`; a delegate has no `hosts`.',
  find: ({ model }) => {
    const used = new Set<string>();
    const broken = model.byKind('VirtualService').flatMap((resource) =>
      resource.spec.http.flatMap(({ delegate }, index) => {
        if (delegate === undefined) return [];
        const namespace = delegate.namespace || resource.namespace;
        const target = model.get('VirtualService', namespace, delegate.name);
        used.add(`${namespace}/${delegate.name}`);
        if (target?.spec.hosts.length === 0) return [];
        const message =
          target === undefined
            ? `there is no VirtualService ${namespace}/${delegate.name}`
            : `${nameOf(target)} has hosts of its own`;
        return [{ resource, path: `spec.http[${index}].delegate`, message, severity: 'error' as const }];
      }),
    );
    const idle = model
      .byKind('VirtualService')
      .filter(({ spec, namespace, name }) => spec.hosts.length === 0 && !used.has(`${namespace}/${name}`))
      .map((resource) => ({ resource, path: 'spec', message: 'it has no hosts, and no rule delegates to it' }));
    return [...broken, ...idle];
  },
};

/** Rules between the fields of an Ingress. */

import type { ValidationContext } from '../definition.ts';
import type { IngressSpec } from './spec.ts';

const classAnnotation = 'kubernetes.io/ingress.class';

export function validateIngress(spec: IngressSpec, { report, warn, metadata }: ValidationContext): void {
  if ((spec.rules ?? []).length === 0 && spec.defaultBackend === undefined) {
    report('spec', 'defaultBackend or rules is required');
  }
  const byAnnotation = metadata.annotations[classAnnotation];
  if (spec.ingressClassName !== undefined && byAnnotation !== undefined) {
    report('spec.ingressClassName', `ingressClassName cannot stand beside the annotation ${classAnnotation}`, 'key');
  }
  if (spec.ingressClassName === undefined && byAnnotation === undefined) {
    warn('spec', 'without ingressClassName the mesh does not serve it; write ingressClassName: istio');
  }
  (spec.rules ?? []).forEach(({ http }, index) => {
    http?.paths.forEach(({ path = '', pathType }, at) => {
      const place = `spec.rules[${index}].http.paths[${at}]`;
      if (pathType !== 'ImplementationSpecific' && path === '') report(place, `pathType ${pathType} needs a path`);
      if (pathType !== 'ImplementationSpecific' && /\/\/|\/\.{1,2}(\/|$)|%2[fF]/.test(path)) {
        report(`${place}.path`, 'a path must not contain "//", "/./", "/../" or an encoded slash');
      }
    });
  });
}

/** Rules between the fields of an EndpointSlice. */

import type { ValidationContext } from '../definition.ts';
import type { EndpointSliceSpec } from './spec.ts';

/** Of which Service a slice is. */
export const serviceNameLabel = 'kubernetes.io/service-name';

export function validateEndpointSlice(spec: EndpointSliceSpec, { report, warn, metadata }: ValidationContext): void {
  if (metadata.labels[serviceNameLabel] === undefined) {
    warn('metadata.labels', `without the label ${serviceNameLabel} these endpoints belong to no Service`);
  }
  const names = new Set<string>();
  spec.ports.forEach(({ name }, index) => {
    if (names.has(name)) report(`ports[${index}].name`, `duplicate port name ${JSON.stringify(name)}`);
    names.add(name);
  });
}

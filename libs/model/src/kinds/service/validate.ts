/** Rules between the fields of a Service. */

import type { ValidationContext } from '../definition.ts';
import type { ServiceSpec } from './spec.ts';

export function validateService(spec: ServiceSpec, { report }: ValidationContext): void {
  if (Object.keys(spec.selector).length === 0) {
    report('spec.selector', 'a selector is required: endpoints by hand are not done yet in this version');
  }
  if (spec.ports.length === 0) report('spec.ports', 'at least one port is required');
  const names = new Set<string>();
  const numbers = new Set<number>();
  spec.ports.forEach((port, index) => {
    const path = `spec.ports[${index}]`;
    if (port.name === '' && spec.ports.length > 1) report(path, 'a name is required where there are several ports');
    if (port.name !== '' && names.has(port.name))
      report(`${path}.name`, `duplicate port name ${JSON.stringify(port.name)}`);
    if (numbers.has(port.port)) report(`${path}.port`, `duplicate port ${port.port}`);
    names.add(port.name);
    numbers.add(port.port);
  });
}

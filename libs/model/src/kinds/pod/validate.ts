/** Rules between the fields of a Pod. */

import type { ValidationContext } from '../definition.ts';
import { warnOfAnnotations } from '../linkerd/annotations.ts';
import type { PodSpec } from './spec.ts';

export function validatePod(spec: PodSpec, { warn, metadata }: ValidationContext): void {
  warnOfAnnotations({ warn, metadata });
  const owners = new Map<string, string>();
  spec.containers.forEach(({ name: container, ports = [] }, index) => {
    ports.forEach(({ name, protocol = 'TCP' }, at) => {
      if (name === undefined) return;
      const key = `${protocol} ${name}`;
      const first = owners.get(key);
      if (first === undefined) owners.set(key, container);
      else
        warn(
          `spec.containers[${index}].ports[${at}].name`,
          `the port name ${JSON.stringify(name)} is that of a port of ${first}, which counts`,
        );
    });
  });
}

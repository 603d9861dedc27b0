/** Rules between the fields of an SMI TrafficSplit. */

import type { ValidationContext } from '../../definition.ts';
import type { TrafficSplitSpec } from './spec.ts';

export function validateTrafficSplit(
  { service, backends }: TrafficSplitSpec,
  { report, warn, metadata }: ValidationContext,
): void {
  const [, namespace = metadata.namespace] = service.split('.');
  if (namespace !== metadata.namespace) {
    warn('spec.service', 'a TrafficSplit splits services of its own namespace alone; this one is not used');
  }
  if (backends.every(({ weight }) => weight === 0)) report('spec.backends', 'total destination weight = 0', 'key');
  const seen = new Set<string>();
  backends.forEach(({ service }, index) => {
    if (seen.has(service)) report(`spec.backends[${index}].service`, `duplicate backend ${JSON.stringify(service)}`);
    seen.add(service);
  });
}

/** Rules between the fields of an SMI TrafficTarget. */

import type { ValidationContext } from '../../definition.ts';
import type { TrafficTargetSpec } from './spec.ts';

export function validateTrafficTarget({ destination }: TrafficTargetSpec, { warn, metadata }: ValidationContext): void {
  const { namespace = metadata.namespace } = destination;
  if (namespace !== metadata.namespace) {
    warn(
      'spec.destination.namespace',
      'a TrafficTarget is about workloads of its own namespace alone; this one is not used',
    );
  }
}

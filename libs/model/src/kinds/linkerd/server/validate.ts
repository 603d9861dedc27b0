/** Rules between the fields of a Server. */

import type { ValidationContext } from '../../definition.ts';
import type { ServerSpec } from './spec.ts';

export function validateServer(spec: ServerSpec, { report, warn }: ValidationContext): void {
  const { podSelector, externalWorkloadSelector } = spec;
  if ((podSelector === undefined) === (externalWorkloadSelector === undefined)) {
    report('spec', 'one of podSelector and externalWorkloadSelector is required, and not both');
  }
  if (externalWorkloadSelector !== undefined) {
    warn(
      'spec.externalWorkloadSelector',
      'it selects WorkloadEntries here: there are no ExternalWorkloads in this mesh',
      'key',
    );
  }
}

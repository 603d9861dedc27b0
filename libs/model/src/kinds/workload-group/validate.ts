/** Rules between the fields of a WorkloadGroup. */

import type { ValidationContext } from '../definition.ts';
import type { WorkloadGroupSpec } from './spec.ts';

export function validateWorkloadGroup(spec: WorkloadGroupSpec, { report }: ValidationContext): void {
  const probe = spec.probe;
  if (probe === undefined) return;
  const methods = [probe.httpGet, probe.tcpSocket].filter((method) => method !== undefined).length;
  if (methods === 0) report('spec.probe', 'one of httpGet and tcpSocket is required', 'key');
  if (methods > 1) report('spec.probe', 'only one of httpGet and tcpSocket may be given', 'key');
}

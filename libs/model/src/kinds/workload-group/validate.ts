/** Rules between the fields of a WorkloadGroup. */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { ValidationContext } from '../definition.ts';
import type { WorkloadGroupSpec } from './spec.ts';

export function validateWorkloadGroup(spec: WorkloadGroupSpec, context: ValidationContext): void {
  const { report, warn, written } = context;
  refuseDryRun(context);
  if (isSet(writtenAt(written, 'template', 'address')))
    warn('spec.template.address', 'an address in the template has no effect: each workload has its own', 'key');
  const probe = spec.probe;
  if (probe === undefined) return;
  const methods = (['httpGet', 'tcpSocket', 'grpc'] as const).filter((method) => probe[method] !== undefined);
  const refused = writtenAt(written, 'probe', 'exec') !== undefined;
  if (methods.length === 0 && !refused) report('spec.probe', 'one of httpGet, tcpSocket and grpc is required', 'key');
  if (probe.grpc !== undefined)
    warn(
      'spec.probe.grpc',
      'asked by gRPC only at a port of gRPC or HTTP/2; else it is seen whether the port takes connections',
      'key',
    );
  if (methods.length > 1) report('spec.probe', `only one of ${methods.join(' and ')} may be given`, 'key');
}

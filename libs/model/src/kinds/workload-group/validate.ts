/** Rules between the fields of a WorkloadGroup. */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import type { WorkloadGroupSpec } from './spec.ts';

export function validateWorkloadGroup(_spec: WorkloadGroupSpec, context: ValidationContext): void {
  const { report, warn, written } = context;
  refuseDryRun(context);
  if (isSet(writtenAt(written, 'template', 'address')))
    warn('spec.template.address', 'an address in the template has no effect: each workload has its own', 'key');
  validateProbe(writtenAt(written, 'probe'), report, warn);
}

/** @param probe as written: of the data some methods are left out. */
function validateProbe(probe: unknown, report: Report, warn: Report): void {
  if (probe === undefined) return;
  const methods = (['httpGet', 'tcpSocket', 'exec', 'grpc'] as const).filter(
    (one) => writtenAt(probe, one) !== undefined,
  );
  if (methods.length === 0) report('spec.probe', 'one of httpGet, tcpSocket, exec and grpc is required', 'key');
  if (methods.length > 1) report('spec.probe', `only one of ${methods.join(' and ')} may be given`, 'key');
  if (methods.includes('grpc'))
    warn(
      'spec.probe.grpc',
      'asked by gRPC only at a port of gRPC or HTTP/2; else it is seen whether the port takes connections',
      'key',
    );
  if (writtenAt(probe, 'httpGet', 'scheme') === 'HTTPS')
    warn(
      'spec.probe.httpGet.scheme',
      'HTTPS is not done yet in this version; it is seen whether the port takes connections',
    );
  if (!methods.includes('exec')) return;
  if (writtenAt(probe, 'exec', 'command', 0) === undefined) report('spec.probe.exec', 'a command is required', 'key');
  else warn('spec.probe.exec', 'exec is not done yet in this version; the workload counts as healthy', 'key');
}

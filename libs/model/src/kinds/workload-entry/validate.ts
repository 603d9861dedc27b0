/** Rules between the fields of a WorkloadEntry (Istio: validateWorkloadEntry). */

import { unixPrefix } from '../../schema/addresses.ts';
import { refuseDryRun } from '../../schema/dry-run.ts';
import type { ValidationContext } from '../definition.ts';
import type { WorkloadEntrySpec } from './spec.ts';

export function validateWorkloadEntry(spec: WorkloadEntrySpec, context: ValidationContext): void {
  refuseDryRun(context);
  validateWorkload(spec, 'spec', context);
}

/** @param path of the entry: "spec", or that of an endpoint. */
export function validateWorkload(
  workload: WorkloadEntrySpec,
  path: string,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  const network = workload.network ?? '';
  if (workload.address === '') {
    if (network === '') report(path, 'an address is required, or a network that has a gateway', 'key');
    else
      warn(path, `without an address it is reached through the gateway of network ${JSON.stringify(network)}`, 'key');
  }
  if (workload.address.startsWith(unixPrefix) && Object.keys(workload.ports ?? {}).length > 0)
    report(`${path}.ports`, 'a Unix socket has no ports', 'key');
}

/** What filters know of the proxy itself. */

import type { WorkloadLabels } from '@weft/data-runtime';
import type { Provenance } from '@weft/kernel';

export interface ProxyLabels {
  /** Labels of this proxy's workload: read anew, the listener brings them. */
  readonly self: () => WorkloadLabels;
  /** Its SPIFFE URI. */
  readonly ownUri: () => string | undefined;
  /** Where a policy of RBAC filters was written; absent: nobody knows of any. */
  readonly policyFrom?: (name: string) => Provenance | undefined;
}

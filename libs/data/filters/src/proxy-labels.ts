/** What filters know of the proxy itself. */

import type { WorkloadLabels } from '@weft/data-runtime';

export interface ProxyLabels {
  /** Labels of this proxy's workload: read anew, the listener brings them. */
  readonly self: () => WorkloadLabels;
  /** Its SPIFFE URI. */
  readonly ownUri: () => string | undefined;
}

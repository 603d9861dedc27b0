/** What the stages of a path are made from. */

import type { AccessLogs, FilterDeps } from '@weft/data-filters';

export interface PathDeps extends FilterDeps {
  readonly logs: AccessLogs;
}

/** What the stages of a path are made from besides what filters get. */

import type { AccessLogs } from './access-log/access-logs.ts';
import type { FilterDeps } from './filter-deps.ts';
import type { TapHub } from './tap/tap.ts';
import type { SpanExporters } from './tracing/exporter.ts';

export interface StageDeps extends FilterDeps {
  readonly logs: AccessLogs;
  readonly spans: SpanExporters;
  readonly tap: TapHub;
}

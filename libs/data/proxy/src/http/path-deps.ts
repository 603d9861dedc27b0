/** What the stages of a path are made from. */

import type { LogBuffer, ProxyLabels } from '@weft/data-filters';
import type { Clock, Random } from '@weft/kernel';
import type { Counter, MetricRegistry } from '@weft/telemetry';

export interface PathDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: MetricRegistry;
  /** Labels and identity of this proxy. */
  readonly proxy: ProxyLabels;
  readonly log: LogBuffer;
  /** Lines written to the access log. */
  readonly logged: Counter;
}

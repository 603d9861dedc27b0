/** What filters and stages are made from; the composition (data/proxy) makes one for all. */

import type { Callouts } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import type { ProxyLabels } from './proxy-labels.ts';

export interface FilterDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: MetricRegistry;
  /** Small requests of a filter's own. */
  readonly callouts: Callouts;
  /** Labels and identity of this proxy. */
  readonly proxy: ProxyLabels;
}

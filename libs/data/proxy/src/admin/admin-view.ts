/** What the admin pages read of the proxy, and the few things they may ask of it. */

import type { TapHub } from '@weft/data-filters';
import type { Cluster, Tables } from '@weft/data-runtime';
import type { UpstreamPools } from '@weft/data-upstream';
import type { Identity } from '@weft/identity';
import type { Clock } from '@weft/kernel';
import type { Logger, MetricRegistry } from '@weft/telemetry';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { ListenerState } from '../listeners/listener-manager-options.ts';
import type { Resources } from '../session/cache-file.ts';
import type { AppMetrics } from './app-metrics.ts';
import type { AskWorkers } from './ask-workers.ts';

export interface AdminView {
  readonly node: Node;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: MetricRegistry;
  /** Nothing: there is nothing to tap. */
  readonly tap?: TapHub | undefined;
  /** Nothing: the application has no metrics of its own. */
  readonly appMetrics?: AppMetrics | undefined;
  /** Nothing: this process does all the work. */
  readonly workers?: (() => AskWorkers | undefined) | undefined;
  readonly tables: Tables;
  /** Resources in force as they came. */
  received(): Resources;
  listenerStates(): readonly ListenerState[];
  poolStats(cluster: Cluster): ReturnType<UpstreamPools['stats']>;
  identity(): Identity | undefined;
  /** Why the proxy is not ready; nothing when it is. */
  notReady(): string | undefined;
  /** Starts draining without ending the process. */
  drain(): void;
  /** Ends the process at once. */
  quit(): void;
}

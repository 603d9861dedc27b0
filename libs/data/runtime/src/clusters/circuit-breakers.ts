/** circuit_breakers: the thresholds of both priorities. */

import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds as Thresholds,
} from '@weft/xds-messages/envoy/config/cluster/v3/circuit_breaker';
import { RoutingPriority } from '@weft/xds-messages/envoy/config/core/v3/base';
import { refuse } from '../check/refuse.ts';
import type { Breaker } from '../tables/cluster.ts';

/** A breaker without its counters, which live as long as the cluster. */
export type BreakerSpec = Omit<Breaker, 'used'>;

export interface BreakersSpec {
  readonly default: BreakerSpec;
  readonly high: BreakerSpec;
}

/** Envoy's defaults. */
const defaults: BreakerSpec = {
  connectionsMax: 1_024,
  pendingMax: 1_024,
  requestsMax: 1_024,
  retriesMax: 3,
  retryBudget: undefined,
};

/** @throws WeftError `config_rejected` */
export function compileBreakers(given: CircuitBreakers | undefined, where: string): BreakersSpec {
  const at = `${where}: circuit_breakers`;
  if ((given?.perHostThresholds.length ?? 0) > 0) refuse(at, 'per_host_thresholds is not supported');
  const of = (priority: RoutingPriority): BreakerSpec =>
    compileThresholds(
      given?.thresholds.find((one) => one.priority === priority),
      at,
    );
  return { default: of(RoutingPriority.DEFAULT), high: of(RoutingPriority.HIGH) };
}

function compileThresholds(given: Thresholds | undefined, where: string): BreakerSpec {
  if (given === undefined) return defaults;
  const budget = given.retryBudget;
  const percent = budget?.budgetPercent?.value ?? 20;
  if (percent < 0 || percent > 100) refuse(where, 'retry_budget.budget_percent must be 0 to 100');
  return {
    connectionsMax: given.maxConnections ?? defaults.connectionsMax,
    pendingMax: given.maxPendingRequests ?? defaults.pendingMax,
    requestsMax: given.maxRequests ?? defaults.requestsMax,
    retriesMax: given.maxRetries ?? defaults.retriesMax,
    retryBudget: budget === undefined ? undefined : { percent, minimum: budget.minRetryConcurrency ?? 3 },
  };
}

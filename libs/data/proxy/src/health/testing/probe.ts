/** A probe for tests: every second, one answer decides. */

import type { HealthProbe } from '@weft/data-runtime';

export function testProbe(check: HealthProbe['check'], changes: Partial<HealthProbe> = {}): HealthProbe {
  return {
    intervalMs: 1_000,
    timeoutMs: 500,
    initialJitterMs: 0,
    intervalJitterMs: 0,
    intervalJitterPercent: 0,
    unhealthyThreshold: 1,
    healthyThreshold: 1,
    noTrafficIntervalMs: 60_000,
    noTrafficHealthyIntervalMs: 60_000,
    unhealthyIntervalMs: 1_000,
    unhealthyEdgeIntervalMs: 1_000,
    healthyEdgeIntervalMs: 1_000,
    reuseConnection: true,
    transportMatch: undefined,
    check,
    ...changes,
  };
}

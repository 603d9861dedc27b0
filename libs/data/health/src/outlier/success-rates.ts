/** Judges the success rates of one interval: who is far below the others, and who is below a fixed share. */

import type { EjectionKind, Endpoint, OutlierSpec, SuccessRateBounds } from '@weft/data-runtime';
import type { Monitor } from './monitor.ts';

export interface Found {
  readonly endpoint: Endpoint;
  readonly monitor: Monitor;
  readonly kind: EjectionKind;
}

export interface Judgement {
  readonly found: readonly Found[];
  readonly bounds: SuccessRateBounds;
}

export const noBounds: SuccessRateBounds = { average: -1, threshold: -1 };

/** @param local the rates of local failures, where those are told apart. */
export function findOutliers(
  monitors: ReadonlyMap<Endpoint, Monitor>,
  { successRate, failurePercentage }: OutlierSpec,
  local: boolean,
): Judgement {
  for (const monitor of monitors.values()) (local ? monitor.local : monitor.external).judged = -1;
  if (monitors.size < successRate.hostsMin && monitors.size < failurePercentage.hostsMin)
    return { found: [], bounds: noBounds };
  const rated: [Endpoint, Monitor][] = [];
  const counted: [Endpoint, Monitor][] = [];
  let sum = 0;
  for (const entry of monitors) {
    const [, monitor] = entry;
    const rate = local ? monitor.local : monitor.external;
    if (monitor.ejectedFor !== undefined || rate.lastTotal === 0) continue;
    if (rate.lastTotal >= successRate.volumeMin) {
      rated.push(entry);
      if (monitors.size >= successRate.hostsMin) rate.judged = rate.percent;
      sum += rate.percent;
    }
    if (rate.lastTotal >= failurePercentage.volumeMin) counted.push(entry);
  }
  const found: Found[] = [];
  let bounds = noBounds;
  const rateOf = (monitor: Monitor): number => (local ? monitor.local : monitor.external).percent;
  if (rated.length > 0 && rated.length >= successRate.hostsMin) {
    const mean = sum / rated.length;
    const variance = rated.reduce((total, [, monitor]) => total + (rateOf(monitor) - mean) ** 2, 0) / rated.length;
    const least = mean - Math.sqrt(variance) * successRate.stdevFactor;
    bounds = { average: mean, threshold: least };
    const kind = local ? 'success_rate_local_origin' : 'success_rate';
    for (const [endpoint, monitor] of rated) if (rateOf(monitor) < least) found.push({ endpoint, monitor, kind });
  }
  if (counted.length > 0 && counted.length >= failurePercentage.hostsMin) {
    const kind = local ? 'failure_percentage_local_origin' : 'failure_percentage';
    for (const [endpoint, monitor] of counted) {
      if (100 - rateOf(monitor) >= failurePercentage.threshold) found.push({ endpoint, monitor, kind });
    }
  }
  return { found, bounds };
}

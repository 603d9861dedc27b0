/** Outlier detection as data: another library runs it. */

import type { OutlierDetection } from '@weft/xds-messages/envoy/config/cluster/v3/outlier_detection';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';

/** Envoy's OutlierDetection with its defaults filled in. Percentages are 0 to 100. */
export interface OutlierSpec {
  /** Failures in a row that eject; 0: never. */
  readonly consecutive5xx: number;
  readonly consecutiveGatewayFailure: number;
  readonly consecutiveLocalOriginFailure: number;
  readonly splitLocalOrigin: boolean;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly ejectionJitterMs: number;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOneHost: boolean;
  readonly successfulCheckUnejects: boolean;
  readonly successRate: { readonly hostsMin: number; readonly volumeMin: number; readonly stdevFactor: number };
  readonly failurePercentage: { readonly hostsMin: number; readonly volumeMin: number; readonly threshold: number };
  readonly enforcing: Readonly<Record<EjectionKind, number>>;
}

/** Why an endpoint is ejected; the names are those of Envoy's ejection types. */
export type EjectionKind =
  | 'consecutive_5xx'
  | 'consecutive_gateway_failure'
  | 'consecutive_local_origin_failure'
  | 'success_rate'
  | 'success_rate_local_origin'
  | 'failure_percentage'
  | 'failure_percentage_local_origin';

/** @throws WeftError `config_rejected` */
export function compileOutlier(given: OutlierDetection | undefined, where: string): OutlierSpec | undefined {
  if (given === undefined) return undefined;
  const at = `${where}: outlier_detection`;
  const positive = (value: number, field: string): number => {
    if (value <= 0) refuse(at, `${field} must be over 0`);
    return value;
  };
  const percent = (value: number | undefined, absent: number, field: string): number => {
    if ((value ?? 0) > 100) refuse(at, `${field} must be 0 to 100`);
    return value ?? absent;
  };
  const baseEjectionMs = positive(milliseconds(given.baseEjectionTime, 30_000), 'base_ejection_time');
  const maxEjectionMs = milliseconds(given.maxEjectionTime, Math.max(300_000, baseEjectionMs));
  if (maxEjectionMs < baseEjectionMs) refuse(at, 'max_ejection_time must not be less than base_ejection_time');
  return {
    consecutive5xx: given.consecutive5xx ?? 5,
    consecutiveGatewayFailure: given.consecutiveGatewayFailure ?? 5,
    consecutiveLocalOriginFailure: given.consecutiveLocalOriginFailure ?? 5,
    splitLocalOrigin: given.splitExternalLocalOriginErrors,
    intervalMs: positive(milliseconds(given.interval, 10_000), 'interval'),
    baseEjectionMs,
    maxEjectionMs,
    ejectionJitterMs: milliseconds(given.maxEjectionTimeJitter, 0),
    maxEjectionPercent: percent(given.maxEjectionPercent, 10, 'max_ejection_percent'),
    alwaysEjectOneHost: given.alwaysEjectOneHost ?? false,
    successfulCheckUnejects: given.successfulActiveHealthCheckUnejectHost ?? true,
    successRate: {
      hostsMin: given.successRateMinimumHosts ?? 5,
      volumeMin: given.successRateRequestVolume ?? 100,
      stdevFactor: (given.successRateStdevFactor ?? 1_900) / 1_000,
    },
    failurePercentage: {
      hostsMin: given.failurePercentageMinimumHosts ?? 5,
      volumeMin: given.failurePercentageRequestVolume ?? 50,
      threshold: percent(given.failurePercentageThreshold, 85, 'failure_percentage_threshold'),
    },
    enforcing: {
      consecutive_5xx: percent(given.enforcingConsecutive5xx, 100, 'enforcing_consecutive_5xx'),
      consecutive_gateway_failure: percent(
        given.enforcingConsecutiveGatewayFailure,
        0,
        'enforcing_consecutive_gateway_failure',
      ),
      consecutive_local_origin_failure: percent(
        given.enforcingConsecutiveLocalOriginFailure,
        100,
        'enforcing_consecutive_local_origin_failure',
      ),
      success_rate: percent(given.enforcingSuccessRate, 100, 'enforcing_success_rate'),
      success_rate_local_origin: percent(
        given.enforcingLocalOriginSuccessRate,
        100,
        'enforcing_local_origin_success_rate',
      ),
      failure_percentage: percent(given.enforcingFailurePercentage, 0, 'enforcing_failure_percentage'),
      failure_percentage_local_origin: percent(
        given.enforcingFailurePercentageLocalOrigin,
        0,
        'enforcing_failure_percentage_local_origin',
      ),
    },
  };
}

/** Envoy's stat names of outlier detection. */

import type { EjectionKind } from '@weft/data-runtime';

interface Names {
  readonly detected: string;
  readonly enforced: string;
}

const named = (what: string): Names => ({
  detected: `outlier_detection.ejections_detected_${what}`,
  enforced: `outlier_detection.ejections_enforced_${what}`,
});

export const statNames: Readonly<Record<EjectionKind, Names>> = {
  consecutive_5xx: named('consecutive_5xx'),
  consecutive_gateway_failure: named('consecutive_gateway_failure'),
  consecutive_local_origin_failure: named('consecutive_local_origin_failure'),
  success_rate: named('success_rate'),
  success_rate_local_origin: named('local_origin_success_rate'),
  failure_percentage: named('failure_percentage'),
  failure_percentage_local_origin: named('local_origin_failure_percentage'),
};

export const outlierCounters: readonly string[] = [
  'outlier_detection.ejections_active',
  'outlier_detection.ejections_enforced_total',
  'outlier_detection.ejections_overflow',
  ...Object.values(statNames).flatMap(({ detected, enforced }) => [detected, enforced]),
];

/** Envoy's fractions as shares from 0 to 1. There is no runtime layer: runtime keys never have a value, the default holds. */

import type { RuntimeFractionalPercent } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  FractionalPercent_DenominatorType as Denominator,
  type FractionalPercent,
} from '@weft/xds-messages/envoy/type/v3/percent';

const denominators: Readonly<Record<number, number>> = {
  [Denominator.HUNDRED]: 100,
  [Denominator.TEN_THOUSAND]: 10_000,
  [Denominator.MILLION]: 1_000_000,
};

/** At most 1. @param absent for a message that is not there. */
export function shareOf(percent: FractionalPercent | undefined, absent: number): number {
  if (percent === undefined) return absent;
  return Math.min(1, percent.numerator / (denominators[percent.denominator] ?? 100));
}

/** @param absent for a message that is not there; one without a default_value is 0. */
export function runtimeShareOf(percent: RuntimeFractionalPercent | undefined, absent: number): number {
  return percent === undefined ? absent : shareOf(percent.defaultValue, 0);
}

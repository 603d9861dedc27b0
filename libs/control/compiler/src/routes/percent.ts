/** Shares of requests in Envoy's forms. */

import { create } from '@bufbuild/protobuf';
import type { Percent } from '@weft/model';
import {
  type RuntimeFractionalPercent,
  RuntimeFractionalPercentSchema,
} from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  type FractionalPercent,
  FractionalPercent_DenominatorType,
  FractionalPercentSchema,
} from '@weft/xds-messages/envoy/type/v3/percent';

/** To a millionth, what is finer is cut off. */
export function fractionalPercent({ value }: Percent): FractionalPercent {
  // 0.29 * 10,000 is a hair under 2,900 as a double; what Go cuts off there, Go cuts off here.
  const numerator = Math.trunc(value * 10_000);
  return create(FractionalPercentSchema, { numerator, denominator: FractionalPercent_DenominatorType.MILLION });
}

/** Of what is absent, all. */
export function runtimePercent(percent: Percent | undefined): RuntimeFractionalPercent {
  const defaultValue =
    percent === undefined
      ? create(FractionalPercentSchema, { numerator: 100, denominator: FractionalPercent_DenominatorType.HUNDRED })
      : fractionalPercent(percent);
  return create(RuntimeFractionalPercentSchema, { defaultValue });
}

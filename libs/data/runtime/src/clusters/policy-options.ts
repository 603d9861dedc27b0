/** Options that the cluster's own fields and the policy extensions share. */

import type { Duration } from '@bufbuild/protobuf/wkt';
import type { SlowStart } from '../balancer.ts';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';

interface Given {
  readonly slowStartWindow?: Duration | undefined;
  readonly aggression?: { readonly defaultValue: number } | undefined;
  readonly minWeightPercent?: { readonly value: number } | undefined;
}

/** @throws WeftError `config_rejected` */
export function compileSlowStart(given: Given | undefined, where: string): SlowStart | undefined {
  const windowMs = milliseconds(given?.slowStartWindow, 0);
  if (given === undefined || windowMs === 0) return undefined;
  const aggression = given.aggression?.defaultValue ?? 1;
  if (!(aggression > 0)) refuse(where, 'slow_start_config.aggression must be over 0');
  const percent = given.minWeightPercent?.value ?? 10;
  if (percent < 0 || percent > 100) refuse(where, 'slow_start_config.min_weight_percent must be 0 to 100');
  return { windowMs, aggression, minWeight: percent / 100 };
}

/** @throws WeftError `config_rejected` */
export function choiceCount(given: number | undefined, where: string): number {
  if (given !== undefined && given < 2) refuse(where, 'choice_count must be 2 or more');
  return given ?? 2;
}

/** @throws WeftError `config_rejected` */
export function activeRequestBias(given: number | undefined, where: string): number {
  if (given !== undefined && !(given >= 0)) refuse(where, 'active_request_bias must be 0 or more');
  return given ?? 1;
}

/** Slow start: a new endpoint gets a growing part of its weight (Envoy's formula). */

import type { Endpoint, SlowStart } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';

/** weight × max(minimum, (age / window) ^ (1 / aggression)) within the window, else weight. @param nowMs monotonic. */
export function slowStartWeight(weight: number, endpoint: Endpoint, spec: SlowStart, nowMs: number): number {
  const ageMs = nowMs - endpoint.healthySinceMs;
  if (ageMs >= spec.windowMs) return weight;
  const share = Math.max(1, ageMs) / spec.windowMs;
  return weight * Math.max(spec.minWeight, spec.aggression === 1 ? share : share ** (1 / spec.aggression));
}

/** When the last of the endpoints is past its window; 0: all are. Monotonic. */
export function slowStartEndMs(endpoints: readonly Endpoint[], spec: SlowStart | undefined, clock: Clock): number {
  if (spec === undefined) return 0;
  const nowMs = clock.monotonic();
  let endMs = 0;
  for (const { healthySinceMs } of endpoints) endMs = Math.max(endMs, healthySinceMs + spec.windowMs);
  return endMs > nowMs ? endMs : 0;
}

/** How fast one stream may ask: a burst, and a rate after it. */

import type { Clock } from '@weft/kernel';
import type { XdsServerLimits } from './types.ts';

/** @returns a function that is false where the request is one too many. */
export function createRequestRate(
  limits: Pick<XdsServerLimits, 'requestsBurstMax' | 'requestsPerSecondMax'>,
  clock: Clock,
): () => boolean {
  let tokens = limits.requestsBurstMax;
  let at = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    tokens = Math.min(limits.requestsBurstMax, tokens + ((now - at) / 1000) * limits.requestsPerSecondMax);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

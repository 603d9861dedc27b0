/** A limit of new connections per time: envoy.extensions.filters.network.local_ratelimit.v3. */

import type { NetworkFilter } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import type { TokenBucket } from '../../token-bucket.ts';

export function createConnectionRateLimit(
  name: string,
  bucket: TokenBucket,
  limited: Counter,
  clock: Clock,
): NetworkFilter {
  return {
    name,
    onConnection() {
      if (bucket.take(1, clock.monotonic())) return undefined;
      limited.add(1);
      return { flag: '-', details: '', reason: 'local rate limit of connections' };
    },
  };
}

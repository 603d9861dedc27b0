/** How the limit of new connections is made from its message. */

import { type NetworkFilterKind, refuse, unpack } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import { LocalRateLimitSchema } from '@weft/xds-messages/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit';
import { compileBucket, TokenBucket } from '../../token-bucket.ts';
import { createConnectionRateLimit } from './local-ratelimit.ts';

/** share_key is refused by name: each filter chain has its own bucket. */
export function createConnectionRateLimitKind(deps: {
  readonly clock: Clock;
  readonly registry: MetricRegistry;
}): NetworkFilterKind {
  return {
    schema: LocalRateLimitSchema,
    supported: {
      'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit': [
        'stat_prefix',
        'token_bucket',
        'runtime_enabled',
      ],
      'envoy.type.v3.TokenBucket': ['max_tokens', 'tokens_per_fill', 'fill_interval'],
      'envoy.config.core.v3.RuntimeFeatureFlag': ['default_value', 'runtime_key'],
    },
    compile(config, name, _context, where) {
      const { statPrefix, tokenBucket, runtimeEnabled } = unpack(config, LocalRateLimitSchema, where);
      if (statPrefix === '') refuse(where, 'stat_prefix is missing');
      if (tokenBucket === undefined) return refuse(where, 'token_bucket is missing');
      const spec = compileBucket(tokenBucket, `${where}: token_bucket`);
      if (runtimeEnabled?.defaultValue === false) return undefined;
      const limited = deps.registry
        .counter('envoy_local_rate_limit_rate_limited', 'New connections over a local rate limit.', [
          'envoy_local_network_ratelimit_prefix',
        ])
        .slot([statPrefix]);
      return createConnectionRateLimit(name, new TokenBucket(spec, deps.clock.monotonic()), limited, deps.clock);
    },
  };
}

/** How a local rate limit is made from its message; that of a route goes over that of the listener. */

import { compileMutation, type HttpFilterKind, refuse, runtimeShareOf, unpack } from '@weft/data-runtime';
import { type Clock, describeProvenance, type Provenance, type Random } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import {
  VhRateLimitsOptions,
  XRateLimitHeadersRFCVersion,
} from '@weft/xds-messages/envoy/extensions/common/ratelimit/v3/ratelimit';
import {
  type LocalRateLimit,
  LocalRateLimitSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit';
import type { ProxyLabels } from '../proxy-labels.ts';
import { stageMax, type VirtualHostLimits } from '../rate-limit-rules.ts';
import { compileBucket } from '../token-bucket.ts';
import { type DescriptorSpec, LocalBuckets } from './local-buckets.ts';
import { createLocalRateLimit, type LocalRateLimitSettings } from './local-ratelimit.ts';

export interface LocalRateLimitDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: MetricRegistry;
  /** A limit may have been written as a policy, which its stat_prefix names. */
  readonly proxy?: Pick<ProxyLabels, 'policyFrom'>;
}

const virtualHostLimits: Readonly<Record<number, VirtualHostLimits>> = {
  [VhRateLimitsOptions.OVERRIDE]: 'override',
  [VhRateLimitsOptions.INCLUDE]: 'include',
  [VhRateLimitsOptions.IGNORE]: 'ignore',
};

/** local_cluster_rate_limit is refused by name. */
export function createLocalRateLimitKind(deps: LocalRateLimitDeps): HttpFilterKind {
  return {
    schema: LocalRateLimitSchema,
    perRouteSchema: LocalRateLimitSchema,
    supported: {
      'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': [
        'stat_prefix',
        'status',
        'token_bucket',
        'filter_enabled',
        'filter_enforced',
        'request_headers_to_add_when_not_enforced',
        'response_headers_to_add',
        'descriptors',
        'stage',
        'local_rate_limit_per_downstream_connection',
        'enable_x_ratelimit_headers',
        'vh_rate_limits',
        'always_consume_default_token_bucket',
        'rate_limited_as_resource_exhausted',
      ],
      'envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor': ['entries', 'token_bucket'],
      'envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry': ['key', 'value'],
      'envoy.config.core.v3.RuntimeFractionalPercent': ['default_value', 'runtime_key'],
      'envoy.type.v3.FractionalPercent': ['numerator', 'denominator'],
      'envoy.type.v3.HttpStatus': ['code'],
      'envoy.type.v3.TokenBucket': ['max_tokens', 'tokens_per_fill', 'fill_interval'],
    },
    compile(config, name, _context, where) {
      const message = unpack(config, LocalRateLimitSchema, where);
      // Without a bucket the listener's entry is there for the routes only.
      const settings = message.tokenBucket === undefined ? undefined : compileSettings(message, deps, where);
      return createLocalRateLimit(name, settings, deps.clock, deps.random);
    },
    compilePerRoute: (config, _context, where) =>
      compileSettings(unpack(config, LocalRateLimitSchema, where), deps, where),
  };
}

function compileSettings(message: LocalRateLimit, deps: LocalRateLimitDeps, where: string): LocalRateLimitSettings {
  const { tokenBucket, statPrefix, stage, vhRateLimits, status } = message;
  if (statPrefix === '') refuse(where, 'stat_prefix is missing');
  if (tokenBucket === undefined) return refuse(where, 'token_bucket is missing');
  if (stage > stageMax) refuse(where, `stage is over ${stageMax}`);
  const hostLimits = virtualHostLimits[vhRateLimits];
  if (hostLimits === undefined) return refuse(where, `vh_rate_limits ${vhRateLimits} is not supported`);
  const buckets = {
    bucket: compileBucket(tokenBucket, `${where}: token_bucket`),
    descriptors: compileDescriptors(message, where),
    alwaysDefault: message.alwaysConsumeDefaultTokenBucket ?? true,
  };
  const code: number = status?.code ?? 0;
  return {
    buckets,
    shared: message.localRateLimitPerDownstreamConnection
      ? undefined
      : new LocalBuckets(buckets, deps.clock.monotonic()),
    enabledShare: runtimeShareOf(message.filterEnabled, 0),
    enforcedShare: runtimeShareOf(message.filterEnforced, 0),
    // Envoy takes what is no error for 429.
    status: code >= 400 ? code : 429,
    grpcStatus: message.rateLimitedAsResourceExhausted ? 8 : -1,
    stage,
    virtualHostLimits: hostLimits,
    reason: createReason(statPrefix, deps.proxy?.policyFrom),
    limitHeaders: message.enableXRatelimitHeaders === XRateLimitHeadersRFCVersion.DRAFT_VERSION_03,
    responseHeaders: compileMutation(message.responseHeadersToAdd, [], `${where}: response_headers_to_add`),
    notEnforcedHeaders: compileMutation(
      message.requestHeadersToAddWhenNotEnforced,
      [],
      `${where}: request_headers_to_add_when_not_enforced`,
    ),
    counters: compileCounters(statPrefix, deps.registry),
  };
}

/** For x-weft-reason: a text for each refused request, written again only where the policy's place is another. */
function createReason(statPrefix: string, policyFrom: ProxyLabels['policyFrom']): () => string {
  const plain = 'local rate limit';
  let from: Provenance | undefined;
  let text = plain;
  return () => {
    const now = policyFrom?.(statPrefix);
    if (now !== from) text = now === undefined ? plain : `${plain}; ${describeProvenance(now)}`;
    from = now;
    return text;
  };
}

function compileDescriptors({ descriptors }: LocalRateLimit, where: string): readonly DescriptorSpec[] {
  return descriptors.map(({ entries, tokenBucket }, index): DescriptorSpec => {
    const at = `${where}: descriptors[${index}]`;
    if (entries.length === 0 || entries.some(({ key }) => key === '')) refuse(at, 'an entry has no key');
    if (tokenBucket === undefined) return refuse(at, 'token_bucket is missing');
    return {
      keys: entries.map(({ key }) => key),
      values: entries.map(({ value }) => value),
      bucket: compileBucket(tokenBucket, at),
    };
  });
}

function compileCounters(statPrefix: string, registry: MetricRegistry): LocalRateLimitSettings['counters'] {
  const counter = (what: string, help: string) =>
    registry
      .counter(`envoy_http_local_rate_limit_${what}`, help, ['envoy_local_http_ratelimit_prefix'])
      .slot([statPrefix]);
  return {
    enabled: counter('enabled', 'Requests that a local rate limit looked at.'),
    enforced: counter('enforced', 'Requests that a local rate limit refused.'),
    ok: counter('ok', 'Requests under a local rate limit.'),
    rateLimited: counter('rate_limited', 'Requests over a local rate limit, refused or not.'),
  };
}

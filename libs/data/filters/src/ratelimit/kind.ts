/** How the filter of a global rate limit is made from its message. */

import {
  type Callouts,
  compileMutation,
  type FilterContext,
  type HttpFilterKind,
  milliseconds,
  refuse,
  unpack,
} from '@weft/data-runtime';
import type { MetricRegistry } from '@weft/telemetry';
import { ApiVersion } from '@weft/xds-messages/envoy/config/core/v3/config_source';
import type { RateLimitServiceConfig } from '@weft/xds-messages/envoy/config/ratelimit/v3/rls';
import {
  RateLimit_XRateLimitHeadersRFCVersion as HeadersVersion,
  RateLimitPerRoute_VhRateLimitsOptions as HostLimits,
  type RateLimit,
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/ratelimit/v3/rate_limit';
import { stageMax, type VirtualHostLimits } from '../rate-limit-rules.ts';
import { createAsk } from './ask.ts';
import { createRateLimit, type RateLimitPerRoute, type RateLimitSettings } from './ratelimit.ts';
import { rateLimitFields } from './supported.ts';

const timeoutDefaultMs = 20;

const hostLimits: Readonly<Record<number, VirtualHostLimits>> = {
  [HostLimits.OVERRIDE]: 'override',
  [HostLimits.INCLUDE]: 'include',
  [HostLimits.IGNORE]: 'ignore',
};

/** google_grpc, and rate_limits and override_option of routes are refused by name. */
export function createRateLimitKind(deps: {
  readonly registry: MetricRegistry;
  readonly callouts: Callouts;
}): HttpFilterKind {
  return {
    schema: RateLimitSchema,
    perRouteSchema: RateLimitPerRouteSchema,
    supported: rateLimitFields,
    compile: (config, name, context, where) =>
      createRateLimit(name, compileSettings(unpack(config, RateLimitSchema, where), context, deps, where)),
    compilePerRoute(config, _context, where) {
      const { vhRateLimits, domain } = unpack(config, RateLimitPerRouteSchema, where);
      const virtualHostLimits = hostLimits[vhRateLimits];
      if (virtualHostLimits === undefined) return refuse(where, `vh_rate_limits ${vhRateLimits} is not supported`);
      return { domain, virtualHostLimits } satisfies RateLimitPerRoute;
    },
  };
}

function compileSettings(
  message: RateLimit,
  context: FilterContext,
  deps: { readonly registry: MetricRegistry; readonly callouts: Callouts },
  where: string,
): RateLimitSettings {
  const { domain, stage, requestType, rateLimitService } = message;
  if (domain === '') refuse(where, 'domain is missing');
  if (stage > stageMax) refuse(where, `stage is over ${stageMax}`);
  if (rateLimitService === undefined) return refuse(where, 'rate_limit_service is missing');
  const requests = requestType === '' ? 'both' : requestType;
  if (requests !== 'both' && requests !== 'internal' && requests !== 'external') {
    return refuse(where, 'request_type must be internal, external or both');
  }
  const status: number = message.rateLimitedStatus?.code ?? 0;
  const labels = ['envoy_cluster_name'];
  const counter = (what: string, help: string) => {
    const names = message.statPrefix === '' ? what : `${message.statPrefix.replaceAll(/[^a-zA-Z0-9_]/g, '_')}_${what}`;
    return deps.registry.counter(`envoy_cluster_ratelimit_${names}`, help, labels);
  };
  return {
    ask: compileAsk(message, rateLimitService, context, deps.callouts, where),
    domain,
    stage,
    requests,
    failureModeDeny: message.failureModeDeny,
    // Envoy takes what is no error for 429.
    status: status >= 400 ? status : 429,
    statusOnError: message.statusOnError?.code || 500,
    grpcStatus: message.rateLimitedAsResourceExhausted ? 8 : -1,
    limitHeaders: message.enableXRatelimitHeaders === HeadersVersion.DRAFT_VERSION_03,
    ratelimitedHeader: !message.disableXEnvoyRatelimitedHeader,
    responseHeaders: compileMutation(message.responseHeadersToAdd, [], `${where}: response_headers_to_add`),
    counters: {
      ok: counter('ok', 'Requests under a global rate limit.'),
      error: counter('error', 'Requests of which the rate-limit service said nothing.'),
      overLimit: counter('over_limit', 'Requests over a global rate limit.'),
      failureModeAllowed: counter('failure_mode_allowed', 'Requests let through because nothing was said of them.'),
    },
  };
}

function compileAsk(
  message: RateLimit,
  { grpcService, transportApiVersion }: RateLimitServiceConfig,
  context: FilterContext,
  callouts: Callouts,
  where: string,
) {
  if (transportApiVersion !== ApiVersion.V3) refuse(where, 'transport_api_version must be V3');
  if (grpcService?.targetSpecifier.case !== 'envoyGrpc') return refuse(where, 'grpc_service has no envoy_grpc');
  const { clusterName, authority } = grpcService.targetSpecifier.value;
  return createAsk({
    callouts,
    cluster: context.clusterRef(clusterName),
    authority: authority === '' ? clusterName : authority,
    timeoutMs: milliseconds(message.timeout, timeoutDefaultMs),
    metadata: grpcService.initialMetadata.flatMap(({ key, value }) => [key.toLowerCase(), value]),
  });
}

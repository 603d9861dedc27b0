/** The fields of the global rate limit's messages that are compiled. */

import type { SupportedFields } from '@weft/data-runtime';

const prefix = 'envoy.extensions.filters.http.ratelimit.v3';

export const rateLimitFields: SupportedFields = {
  [`${prefix}.RateLimit`]: [
    'domain',
    'stage',
    'request_type',
    'timeout',
    'failure_mode_deny',
    'rate_limited_as_resource_exhausted',
    'rate_limit_service',
    'enable_x_ratelimit_headers',
    'disable_x_envoy_ratelimited_header',
    'rate_limited_status',
    'response_headers_to_add',
    'status_on_error',
    'stat_prefix',
  ],
  [`${prefix}.RateLimitPerRoute`]: ['vh_rate_limits', 'domain'],
  'envoy.config.ratelimit.v3.RateLimitServiceConfig': ['grpc_service', 'transport_api_version'],
  'envoy.config.core.v3.GrpcService': ['envoy_grpc', 'timeout', 'initial_metadata'],
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': ['cluster_name', 'authority'],
  'envoy.config.core.v3.HeaderValue': ['key', 'value'],
  'envoy.type.v3.HttpStatus': ['code'],
};

/** The fields of the JWT filter's messages that are compiled. */

import type { SupportedFields } from '@weft/data-runtime';

const prefix = 'envoy.extensions.filters.http.jwt_authn.v3';

export const jwtFields: SupportedFields = {
  [`${prefix}.JwtAuthentication`]: [
    'providers',
    'rules',
    'bypass_cors_preflight',
    'requirement_map',
    'strip_failure_response',
  ],
  [`${prefix}.JwtProvider`]: [
    'issuer',
    'audiences',
    'subjects',
    'require_expiration',
    'max_lifetime',
    'remote_jwks',
    'local_jwks',
    'forward',
    'from_headers',
    'from_params',
    'from_cookies',
    'forward_payload_header',
    'pad_forward_payload_header',
    'payload_in_metadata',
    'normalize_payload_in_metadata',
    'header_in_metadata',
    'failed_status_in_metadata',
    'clock_skew_seconds',
    'jwt_cache_config',
    'claim_to_headers',
    'clear_route_cache',
  ],
  [`${prefix}.JwtProvider.NormalizePayload`]: ['space_delimited_claims'],
  [`${prefix}.JwtCacheConfig`]: ['jwt_cache_size'],
  [`${prefix}.RemoteJwks`]: ['http_uri', 'cache_duration', 'async_fetch', 'retry_policy'],
  // fast_listener: a listener never waits for keys here.
  [`${prefix}.JwksAsyncFetch`]: ['fast_listener', 'failed_refetch_duration'],
  [`${prefix}.JwtHeader`]: ['name', 'value_prefix'],
  [`${prefix}.ProviderWithAudiences`]: ['provider_name', 'audiences'],
  [`${prefix}.JwtRequirement`]: [
    'provider_name',
    'provider_and_audiences',
    'requires_any',
    'requires_all',
    'allow_missing_or_failed',
    'allow_missing',
  ],
  [`${prefix}.JwtRequirementOrList`]: ['requirements'],
  [`${prefix}.JwtRequirementAndList`]: ['requirements'],
  [`${prefix}.RequirementRule`]: ['match', 'requires', 'requirement_name'],
  [`${prefix}.PerRouteConfig`]: ['disabled', 'requirement_name'],
  [`${prefix}.JwtClaimToHeader`]: ['header_name', 'claim_name'],
  'envoy.config.core.v3.HttpUri': ['uri', 'cluster', 'timeout'],
  'envoy.config.core.v3.DataSource': ['inline_string', 'inline_bytes'],
  'envoy.config.core.v3.RetryPolicy': ['retry_back_off', 'num_retries'],
  'envoy.config.core.v3.BackoffStrategy': ['base_interval', 'max_interval'],
};

/** The fields of ext_authz's messages that are compiled. */

import type { SupportedFields } from '@weft/data-runtime';

const prefix = 'envoy.extensions.filters.http.ext_authz.v3';

export const extAuthzFields: SupportedFields = {
  [`${prefix}.ExtAuthz`]: [
    'grpc_service',
    'http_service',
    'transport_api_version',
    'failure_mode_allow',
    'failure_mode_allow_header_add',
    'with_request_body',
    'clear_route_cache',
    'status_on_error',
    'metadata_context_namespaces',
    'filter_enabled',
    'filter_enabled_metadata',
    'deny_at_disable',
    'include_peer_certificate',
    'stat_prefix',
    'allowed_headers',
    'disallowed_headers',
    'include_tls_session',
    'enable_dynamic_metadata_ingestion',
  ],
  [`${prefix}.BufferSettings`]: ['max_request_bytes', 'allow_partial_message', 'pack_as_bytes'],
  [`${prefix}.HttpService`]: ['server_uri', 'path_prefix', 'authorization_request', 'authorization_response'],
  [`${prefix}.AuthorizationRequest`]: ['allowed_headers', 'headers_to_add'],
  [`${prefix}.AuthorizationResponse`]: [
    'allowed_upstream_headers',
    'allowed_upstream_headers_to_append',
    'allowed_client_headers',
    'allowed_client_headers_on_success',
    'dynamic_metadata_from_headers',
  ],
  [`${prefix}.ExtAuthzPerRoute`]: ['disabled', 'check_settings'],
  [`${prefix}.CheckSettings`]: ['context_extensions', 'disable_request_body_buffering', 'with_request_body'],
  'envoy.config.core.v3.GrpcService': ['envoy_grpc', 'timeout', 'initial_metadata'],
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': ['cluster_name', 'authority'],
  'envoy.config.core.v3.HeaderValue': ['key', 'value'],
  'envoy.config.core.v3.HttpUri': ['uri', 'cluster', 'timeout'],
  'envoy.config.core.v3.RuntimeFeatureFlag': ['default_value', 'runtime_key'],
  'envoy.config.core.v3.RuntimeFractionalPercent': ['default_value', 'runtime_key'],
  'envoy.type.v3.FractionalPercent': ['numerator', 'denominator'],
  'envoy.type.v3.HttpStatus': ['code'],
  'envoy.type.matcher.v3.ListStringMatcher': ['patterns'],
};

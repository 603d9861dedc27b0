/** The message types that resources of the profile are made of: what proto3 JSON needs to look into an Any. */

import { createRegistry, type Registry } from '@bufbuild/protobuf';
import { file_envoy_config_cluster_v3_cluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { file_envoy_config_endpoint_v3_endpoint } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { file_envoy_config_listener_v3_listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { file_envoy_config_rbac_v3_rbac } from '@weft/xds-messages/envoy/config/rbac/v3/rbac';
import { file_envoy_config_route_v3_route } from '@weft/xds-messages/envoy/config/route/v3/route';
import { file_envoy_config_trace_v3_opentelemetry } from '@weft/xds-messages/envoy/config/trace/v3/opentelemetry';
import { file_envoy_config_trace_v3_zipkin } from '@weft/xds-messages/envoy/config/trace/v3/zipkin';
import { file_envoy_extensions_access_loggers_file_v3_file } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { file_envoy_extensions_access_loggers_filters_cel_v3_cel } from '@weft/xds-messages/envoy/extensions/access_loggers/filters/cel/v3/cel';
import { file_envoy_extensions_access_loggers_stream_v3_stream } from '@weft/xds-messages/envoy/extensions/access_loggers/stream/v3/stream';
import { file_envoy_extensions_common_ratelimit_v3_ratelimit } from '@weft/xds-messages/envoy/extensions/common/ratelimit/v3/ratelimit';
import { file_envoy_extensions_filters_common_fault_v3_fault } from '@weft/xds-messages/envoy/extensions/filters/common/fault/v3/fault';
import { file_envoy_extensions_filters_http_adaptive_concurrency_v3_adaptive_concurrency } from '@weft/xds-messages/envoy/extensions/filters/http/adaptive_concurrency/v3/adaptive_concurrency';
import { file_envoy_extensions_filters_http_cors_v3_cors } from '@weft/xds-messages/envoy/extensions/filters/http/cors/v3/cors';
import { file_envoy_extensions_filters_http_ext_authz_v3_ext_authz } from '@weft/xds-messages/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import { file_envoy_extensions_filters_http_fault_v3_fault } from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { file_envoy_extensions_filters_http_grpc_stats_v3_config } from '@weft/xds-messages/envoy/extensions/filters/http/grpc_stats/v3/config';
import { file_envoy_extensions_filters_http_grpc_web_v3_grpc_web } from '@weft/xds-messages/envoy/extensions/filters/http/grpc_web/v3/grpc_web';
import { file_envoy_extensions_filters_http_header_mutation_v3_header_mutation } from '@weft/xds-messages/envoy/extensions/filters/http/header_mutation/v3/header_mutation';
import { file_envoy_extensions_filters_http_jwt_authn_v3_config } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { file_envoy_extensions_filters_http_local_ratelimit_v3_local_rate_limit } from '@weft/xds-messages/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit';
import { file_envoy_extensions_filters_http_ratelimit_v3_rate_limit } from '@weft/xds-messages/envoy/extensions/filters/http/ratelimit/v3/rate_limit';
import { file_envoy_extensions_filters_http_rbac_v3_rbac } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import { file_envoy_extensions_filters_http_router_v3_router } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { file_envoy_extensions_filters_http_stateful_session_v3_stateful_session } from '@weft/xds-messages/envoy/extensions/filters/http/stateful_session/v3/stateful_session';
import { file_envoy_extensions_filters_listener_http_inspector_v3_http_inspector } from '@weft/xds-messages/envoy/extensions/filters/listener/http_inspector/v3/http_inspector';
import { file_envoy_extensions_filters_listener_original_dst_v3_original_dst } from '@weft/xds-messages/envoy/extensions/filters/listener/original_dst/v3/original_dst';
import { file_envoy_extensions_filters_listener_proxy_protocol_v3_proxy_protocol } from '@weft/xds-messages/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol';
import { file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector } from '@weft/xds-messages/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector';
import { file_envoy_extensions_filters_network_connection_limit_v3_connection_limit } from '@weft/xds-messages/envoy/extensions/filters/network/connection_limit/v3/connection_limit';
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { file_envoy_extensions_filters_network_local_ratelimit_v3_local_rate_limit } from '@weft/xds-messages/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit';
import { file_envoy_extensions_filters_network_rbac_v3_rbac } from '@weft/xds-messages/envoy/extensions/filters/network/rbac/v3/rbac';
import { file_envoy_extensions_filters_network_sni_cluster_v3_sni_cluster } from '@weft/xds-messages/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster';
import { file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { file_envoy_extensions_http_stateful_session_cookie_v3_cookie } from '@weft/xds-messages/envoy/extensions/http/stateful_session/cookie/v3/cookie';
import { file_envoy_extensions_http_stateful_session_header_v3_header } from '@weft/xds-messages/envoy/extensions/http/stateful_session/header/v3/header';
import { file_envoy_extensions_internal_redirect_safe_cross_scheme_v3_safe_cross_scheme_config } from '@weft/xds-messages/envoy/extensions/internal_redirect/safe_cross_scheme/v3/safe_cross_scheme_config';
import { file_envoy_extensions_load_balancing_policies_common_v3_common } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/common/v3/common';
import { file_envoy_extensions_load_balancing_policies_least_request_v3_least_request } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/least_request/v3/least_request';
import { file_envoy_extensions_load_balancing_policies_maglev_v3_maglev } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/maglev/v3/maglev';
import { file_envoy_extensions_load_balancing_policies_random_v3_random } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/random/v3/random';
import { file_envoy_extensions_load_balancing_policies_ring_hash_v3_ring_hash } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash';
import { file_envoy_extensions_load_balancing_policies_round_robin_v3_round_robin } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin';
import { file_envoy_extensions_load_balancing_policies_wrr_locality_v3_wrr_locality } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality';
import { file_envoy_extensions_path_match_uri_template_v3_uri_template_match } from '@weft/xds-messages/envoy/extensions/path/match/uri_template/v3/uri_template_match';
import { file_envoy_extensions_path_rewrite_uri_template_v3_uri_template_rewrite } from '@weft/xds-messages/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite';
import { file_envoy_extensions_request_id_uuid_v3_uuid } from '@weft/xds-messages/envoy/extensions/request_id/uuid/v3/uuid';
import { file_envoy_extensions_retry_host_previous_hosts_v3_previous_hosts } from '@weft/xds-messages/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts';
import { file_envoy_extensions_retry_priority_previous_priorities_v3_previous_priorities_config } from '@weft/xds-messages/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config';
import { file_envoy_extensions_transport_sockets_proxy_protocol_v3_upstream_proxy_protocol } from '@weft/xds-messages/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol';
import { file_envoy_extensions_transport_sockets_raw_buffer_v3_raw_buffer } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import { file_envoy_extensions_transport_sockets_tls_v3_common } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import { file_envoy_extensions_transport_sockets_tls_v3_secret } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { file_envoy_extensions_transport_sockets_tls_v3_tls } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';

let registry: Registry | undefined;

/** Made at the first dump: most proxies never see one. */
export function dumpRegistry(): Registry {
  registry ??= createRegistry(
    file_envoy_config_cluster_v3_cluster,
    file_envoy_config_endpoint_v3_endpoint,
    file_envoy_config_listener_v3_listener,
    file_envoy_config_rbac_v3_rbac,
    file_envoy_config_route_v3_route,
    file_envoy_config_trace_v3_opentelemetry,
    file_envoy_config_trace_v3_zipkin,
    file_envoy_extensions_access_loggers_file_v3_file,
    file_envoy_extensions_access_loggers_filters_cel_v3_cel,
    file_envoy_extensions_access_loggers_stream_v3_stream,
    file_envoy_extensions_common_ratelimit_v3_ratelimit,
    file_envoy_extensions_filters_common_fault_v3_fault,
    file_envoy_extensions_filters_http_adaptive_concurrency_v3_adaptive_concurrency,
    file_envoy_extensions_filters_http_cors_v3_cors,
    file_envoy_extensions_filters_http_ext_authz_v3_ext_authz,
    file_envoy_extensions_filters_http_fault_v3_fault,
    file_envoy_extensions_filters_http_grpc_stats_v3_config,
    file_envoy_extensions_filters_http_grpc_web_v3_grpc_web,
    file_envoy_extensions_filters_http_header_mutation_v3_header_mutation,
    file_envoy_extensions_filters_http_jwt_authn_v3_config,
    file_envoy_extensions_filters_http_local_ratelimit_v3_local_rate_limit,
    file_envoy_extensions_filters_http_ratelimit_v3_rate_limit,
    file_envoy_extensions_filters_http_rbac_v3_rbac,
    file_envoy_extensions_filters_http_router_v3_router,
    file_envoy_extensions_filters_http_stateful_session_v3_stateful_session,
    file_envoy_extensions_filters_listener_http_inspector_v3_http_inspector,
    file_envoy_extensions_filters_listener_original_dst_v3_original_dst,
    file_envoy_extensions_filters_listener_proxy_protocol_v3_proxy_protocol,
    file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector,
    file_envoy_extensions_filters_network_connection_limit_v3_connection_limit,
    file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager,
    file_envoy_extensions_filters_network_local_ratelimit_v3_local_rate_limit,
    file_envoy_extensions_filters_network_rbac_v3_rbac,
    file_envoy_extensions_filters_network_sni_cluster_v3_sni_cluster,
    file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy,
    file_envoy_extensions_http_stateful_session_cookie_v3_cookie,
    file_envoy_extensions_http_stateful_session_header_v3_header,
    file_envoy_extensions_internal_redirect_safe_cross_scheme_v3_safe_cross_scheme_config,
    file_envoy_extensions_load_balancing_policies_common_v3_common,
    file_envoy_extensions_load_balancing_policies_least_request_v3_least_request,
    file_envoy_extensions_load_balancing_policies_maglev_v3_maglev,
    file_envoy_extensions_load_balancing_policies_random_v3_random,
    file_envoy_extensions_load_balancing_policies_ring_hash_v3_ring_hash,
    file_envoy_extensions_load_balancing_policies_round_robin_v3_round_robin,
    file_envoy_extensions_load_balancing_policies_wrr_locality_v3_wrr_locality,
    file_envoy_extensions_path_match_uri_template_v3_uri_template_match,
    file_envoy_extensions_path_rewrite_uri_template_v3_uri_template_rewrite,
    file_envoy_extensions_request_id_uuid_v3_uuid,
    file_envoy_extensions_retry_host_previous_hosts_v3_previous_hosts,
    file_envoy_extensions_retry_priority_previous_priorities_v3_previous_priorities_config,
    file_envoy_extensions_transport_sockets_proxy_protocol_v3_upstream_proxy_protocol,
    file_envoy_extensions_transport_sockets_raw_buffer_v3_raw_buffer,
    file_envoy_extensions_transport_sockets_tls_v3_common,
    file_envoy_extensions_transport_sockets_tls_v3_secret,
    file_envoy_extensions_transport_sockets_tls_v3_tls,
    file_envoy_extensions_upstreams_http_v3_http_protocol_options,
  );
  return registry;
}

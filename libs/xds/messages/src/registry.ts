/** Every message that a resource may hold in an Any: what proto3 JSON needs to look into one. */

import { createRegistry, type Registry } from '@bufbuild/protobuf';
import { file_envoy_config_cluster_v3_cluster } from '../generated/envoy/config/cluster/v3/cluster_pb.ts';
import { file_envoy_config_endpoint_v3_endpoint } from '../generated/envoy/config/endpoint/v3/endpoint_pb.ts';
import { file_envoy_config_listener_v3_listener } from '../generated/envoy/config/listener/v3/listener_pb.ts';
import { file_envoy_config_rbac_v3_rbac } from '../generated/envoy/config/rbac/v3/rbac_pb.ts';
import { file_envoy_config_route_v3_route_components } from '../generated/envoy/config/route/v3/route_components_pb.ts';
import { file_envoy_config_route_v3_route } from '../generated/envoy/config/route/v3/route_pb.ts';
import { file_envoy_config_trace_v3_opentelemetry } from '../generated/envoy/config/trace/v3/opentelemetry_pb.ts';
import { file_envoy_config_trace_v3_zipkin } from '../generated/envoy/config/trace/v3/zipkin_pb.ts';
import { file_envoy_extensions_access_loggers_file_v3_file } from '../generated/envoy/extensions/access_loggers/file/v3/file_pb.ts';
import { file_envoy_extensions_access_loggers_filters_cel_v3_cel } from '../generated/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.ts';
import { file_envoy_extensions_access_loggers_grpc_v3_als } from '../generated/envoy/extensions/access_loggers/grpc/v3/als_pb.ts';
import { file_envoy_extensions_access_loggers_open_telemetry_v3_logs_service } from '../generated/envoy/extensions/access_loggers/open_telemetry/v3/logs_service_pb.ts';
import { file_envoy_extensions_access_loggers_stream_v3_stream } from '../generated/envoy/extensions/access_loggers/stream/v3/stream_pb.ts';
import { file_envoy_extensions_common_ratelimit_v3_ratelimit } from '../generated/envoy/extensions/common/ratelimit/v3/ratelimit_pb.ts';
import { file_envoy_extensions_filters_common_fault_v3_fault } from '../generated/envoy/extensions/filters/common/fault/v3/fault_pb.ts';
import { file_envoy_extensions_filters_http_adaptive_concurrency_v3_adaptive_concurrency } from '../generated/envoy/extensions/filters/http/adaptive_concurrency/v3/adaptive_concurrency_pb.ts';
import { file_envoy_extensions_filters_http_cors_v3_cors } from '../generated/envoy/extensions/filters/http/cors/v3/cors_pb.ts';
import { file_envoy_extensions_filters_http_ext_authz_v3_ext_authz } from '../generated/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.ts';
import { file_envoy_extensions_filters_http_fault_v3_fault } from '../generated/envoy/extensions/filters/http/fault/v3/fault_pb.ts';
import { file_envoy_extensions_filters_http_grpc_stats_v3_config } from '../generated/envoy/extensions/filters/http/grpc_stats/v3/config_pb.ts';
import { file_envoy_extensions_filters_http_grpc_web_v3_grpc_web } from '../generated/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.ts';
import { file_envoy_extensions_filters_http_header_mutation_v3_header_mutation } from '../generated/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.ts';
import { file_envoy_extensions_filters_http_jwt_authn_v3_config } from '../generated/envoy/extensions/filters/http/jwt_authn/v3/config_pb.ts';
import { file_envoy_extensions_filters_http_local_ratelimit_v3_local_rate_limit } from '../generated/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.ts';
import { file_envoy_extensions_filters_http_ratelimit_v3_rate_limit } from '../generated/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.ts';
import { file_envoy_extensions_filters_http_rbac_v3_rbac } from '../generated/envoy/extensions/filters/http/rbac/v3/rbac_pb.ts';
import { file_envoy_extensions_filters_http_router_v3_router } from '../generated/envoy/extensions/filters/http/router/v3/router_pb.ts';
import { file_envoy_extensions_filters_http_stateful_session_v3_stateful_session } from '../generated/envoy/extensions/filters/http/stateful_session/v3/stateful_session_pb.ts';
import { file_envoy_extensions_filters_listener_http_inspector_v3_http_inspector } from '../generated/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.ts';
import { file_envoy_extensions_filters_listener_original_dst_v3_original_dst } from '../generated/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.ts';
import { file_envoy_extensions_filters_listener_proxy_protocol_v3_proxy_protocol } from '../generated/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.ts';
import { file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector } from '../generated/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.ts';
import { file_envoy_extensions_filters_network_connection_limit_v3_connection_limit } from '../generated/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.ts';
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager } from '../generated/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { file_envoy_extensions_filters_network_local_ratelimit_v3_local_rate_limit } from '../generated/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.ts';
import { file_envoy_extensions_filters_network_rbac_v3_rbac } from '../generated/envoy/extensions/filters/network/rbac/v3/rbac_pb.ts';
import { file_envoy_extensions_filters_network_sni_cluster_v3_sni_cluster } from '../generated/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.ts';
import { file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy } from '../generated/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.ts';
import { file_envoy_extensions_http_stateful_session_cookie_v3_cookie } from '../generated/envoy/extensions/http/stateful_session/cookie/v3/cookie_pb.ts';
import { file_envoy_extensions_http_stateful_session_header_v3_header } from '../generated/envoy/extensions/http/stateful_session/header/v3/header_pb.ts';
import { file_envoy_extensions_internal_redirect_safe_cross_scheme_v3_safe_cross_scheme_config } from '../generated/envoy/extensions/internal_redirect/safe_cross_scheme/v3/safe_cross_scheme_config_pb.ts';
import { file_envoy_extensions_load_balancing_policies_common_v3_common } from '../generated/envoy/extensions/load_balancing_policies/common/v3/common_pb.ts';
import { file_envoy_extensions_load_balancing_policies_least_request_v3_least_request } from '../generated/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.ts';
import { file_envoy_extensions_load_balancing_policies_maglev_v3_maglev } from '../generated/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.ts';
import { file_envoy_extensions_load_balancing_policies_random_v3_random } from '../generated/envoy/extensions/load_balancing_policies/random/v3/random_pb.ts';
import { file_envoy_extensions_load_balancing_policies_ring_hash_v3_ring_hash } from '../generated/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.ts';
import { file_envoy_extensions_load_balancing_policies_round_robin_v3_round_robin } from '../generated/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.ts';
import { file_envoy_extensions_load_balancing_policies_wrr_locality_v3_wrr_locality } from '../generated/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality_pb.ts';
import { file_envoy_extensions_path_match_uri_template_v3_uri_template_match } from '../generated/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb.ts';
import { file_envoy_extensions_path_rewrite_uri_template_v3_uri_template_rewrite } from '../generated/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite_pb.ts';
import { file_envoy_extensions_request_id_uuid_v3_uuid } from '../generated/envoy/extensions/request_id/uuid/v3/uuid_pb.ts';
import { file_envoy_extensions_retry_host_previous_hosts_v3_previous_hosts } from '../generated/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.ts';
import { file_envoy_extensions_retry_priority_previous_priorities_v3_previous_priorities_config } from '../generated/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.ts';
import { file_envoy_extensions_transport_sockets_proxy_protocol_v3_upstream_proxy_protocol } from '../generated/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.ts';
import { file_envoy_extensions_transport_sockets_raw_buffer_v3_raw_buffer } from '../generated/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.ts';
import { file_envoy_extensions_transport_sockets_tls_v3_common } from '../generated/envoy/extensions/transport_sockets/tls/v3/common_pb.ts';
import { file_envoy_extensions_transport_sockets_tls_v3_secret } from '../generated/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts';
import { file_envoy_extensions_transport_sockets_tls_v3_tls } from '../generated/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts';
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options } from '../generated/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.ts';

let registry: Registry | undefined;

/** Made at first use: most proxies never print a resource. */
export function messageRegistry(): Registry {
  registry ??= createRegistry(
    file_envoy_config_cluster_v3_cluster,
    file_envoy_config_endpoint_v3_endpoint,
    file_envoy_config_listener_v3_listener,
    file_envoy_config_rbac_v3_rbac,
    file_envoy_config_route_v3_route,
    file_envoy_config_route_v3_route_components,
    file_envoy_config_trace_v3_opentelemetry,
    file_envoy_config_trace_v3_zipkin,
    file_envoy_extensions_access_loggers_file_v3_file,
    file_envoy_extensions_access_loggers_filters_cel_v3_cel,
    file_envoy_extensions_access_loggers_grpc_v3_als,
    file_envoy_extensions_access_loggers_open_telemetry_v3_logs_service,
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

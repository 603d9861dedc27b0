/** Envoy's gRPC statistics filter, as far as Istio sets it: messages are counted for the metrics; methods where it is asked for. */

import { grpcStatusOf, type HttpFilterKind, refuse, unpack } from '@weft/data-runtime';
import type { MetricRegistry } from '@weft/telemetry';
import { FilterConfigSchema } from '@weft/xds-messages/envoy/extensions/filters/http/grpc_stats/v3/config';
import { countGrpcMessages } from '../grpc-messages.ts';

const message = 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig';
const methodPath = /^\/[^/]+\/[^/]+$/;

export function createGrpcStatsKind(deps: { readonly registry: MetricRegistry }): HttpFilterKind {
  return {
    schema: FilterConfigSchema,
    supported: { [message]: ['emit_filter_state', 'stats_for_all_methods', 'replace_dots_in_grpc_service_name'] },
    compile(config, name, _context, where) {
      const { perMethodStatSpecifier: methods } = unpack(config, FilterConfigSchema, where);
      if (methods.case === 'individualMethodStatsAllowlist')
        refuse(where, 'individual_method_stats_allowlist is not supported');
      const perMethod = methods.case === 'statsForAllMethods' && methods.value.value;
      const requests = deps.registry.counter('weft_grpc_requests_total', 'gRPC requests by method and status.', [
        'service',
        'method',
        'grpc_status',
      ]);
      return {
        name,
        onRequest(exchange) {
          if (exchange.grpc) countGrpcMessages(exchange);
          return true;
        },
        onComplete(exchange) {
          if (!perMethod || !exchange.grpc || !methodPath.test(exchange.path)) return;
          const [, service = '', method = ''] = exchange.path.split('/');
          requests.slot([service, method, String(grpcStatusOf(exchange) ?? '')]).add(1);
        },
      };
    },
  };
}

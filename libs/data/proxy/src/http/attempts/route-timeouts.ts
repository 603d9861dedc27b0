/** How long a request and each of its attempts may take: the route, the request's own fields and grpc-timeout, as Envoy's router weighs them. */

import type { ForwardAction } from '@weft/data-runtime';
import type { HttpExchange } from '../exchange.ts';
import type { EnvoyHeaders } from './envoy-headers.ts';
import { formatGrpcTimeout, parseGrpcTimeout } from './grpc-timeout.ts';
import { set } from './outgoing-request.ts';

/** The result of `weighTimeouts`, valid until its next call. 0: none. `durationMs` of the stream; undefined: the route's. */
export const weighed: { routeMs: number; perTryMs: number; durationMs: number | undefined } = {
  routeMs: 0,
  perTryMs: 0,
  durationMs: undefined,
};

/** Says what is left in the fields of the request: x-envoy-expected-rq-timeout-ms and grpc-timeout. */
export function weighTimeouts(exchange: HttpExchange, action: ForwardAction, asked: EnvoyHeaders): void {
  const { fields } = exchange.request;
  const asksGrpc = exchange.grpc && action.grpcMaxMs !== undefined;
  const readsGrpc = asksGrpc && action.grpcLimitsStream !== true;
  const asksMs =
    asksGrpc && action.grpcLimitsStream === true
      ? parseGrpcTimeout(exchange.request.header('grpc-timeout'))
      : undefined;
  weighed.durationMs = asksMs === undefined ? undefined : streamLimit(asksMs, action);
  let routeMs = readsGrpc ? grpcLimit(exchange, action) : action.timeoutMs;
  let perTryMs = action.retry?.perTryTimeoutMs ?? 0;
  if (asked.any) {
    if (asked.timeoutMs >= 0) routeMs = asked.timeoutMs;
    if (asked.perTryTimeoutMs >= 0) perTryMs = asked.perTryTimeoutMs;
  }
  if (routeMs > 0 && perTryMs >= routeMs) perTryMs = 0;
  weighed.routeMs = routeMs;
  weighed.perTryMs = perTryMs;
  const expectedMs = perTryMs > 0 ? perTryMs : routeMs;
  if (weighed.durationMs !== undefined) {
    set(fields, 'grpc-timeout', formatGrpcTimeout(weighed.durationMs));
    return;
  }
  if (expectedMs <= 0) return;
  if (!exchange.context.table.suppressEnvoyHeaders) set(fields, 'x-envoy-expected-rq-timeout-ms', String(expectedMs));
  if (readsGrpc) set(fields, 'grpc-timeout', formatGrpcTimeout(expectedMs));
}

/** max_stream_duration.grpc_timeout_header_max: the deadline ends the stream, whatever the route's timeout says. */
function streamLimit(askedMs: number, { grpcMaxMs = 0, grpcOffsetMs }: ForwardAction): number {
  const ms = grpcMaxMs !== 0 && askedMs > grpcMaxMs ? grpcMaxMs : askedMs;
  // 0 would be no limit at all.
  return Math.max(1, grpcOffsetMs > 0 && ms > grpcOffsetMs ? ms - grpcOffsetMs : ms);
}

function grpcLimit(exchange: HttpExchange, action: ForwardAction): number {
  const maxMs = action.grpcMaxMs ?? 0;
  let ms = parseGrpcTimeout(exchange.request.header('grpc-timeout')) ?? 0;
  if (action.grpcOffsetMs > 0 && ms > action.grpcOffsetMs) ms -= action.grpcOffsetMs;
  return maxMs !== 0 && (ms === 0 || ms > maxMs) ? maxMs : ms;
}

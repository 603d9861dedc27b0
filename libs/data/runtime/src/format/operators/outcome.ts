/** What became of an exchange: status, flags, sizes, durations, route, gRPC. */

import { hostname } from 'node:os';
import { refuse } from '../../check/refuse.ts';
import type { Exchange } from '../../exchange.ts';
import { grpcStatusOf, grpcStatusText } from '../grpc-status.ts';
import { type CreateOperand, filled, number, plain, text } from '../operand.ts';
import { longFlags } from '../response-flags.ts';
import { compileTimeFormat } from '../time-format.ts';

const count =
  (read: (exchange: Exchange) => number): CreateOperand =>
  () =>
    number(read);
const known = (read: (exchange: Exchange) => number): CreateOperand => {
  return () =>
    number((exchange) => {
      const value = read(exchange);
      return value < 0 ? undefined : Math.round(value);
    }, 'always');
};

export const outcomeOperators: Readonly<Record<string, CreateOperand>> = {
  START_TIME: (argument, where) => {
    const format = compileTimeFormat(argument ?? '', `${where}: START_TIME`);
    const read = (exchange: Exchange): string => format(exchange.startedAtMs);
    return argument === undefined ? plain(read, 'always') : text(read, 'always');
  },
  PROTOCOL: () => text(({ request }) => request.protocol),
  RESPONSE_CODE: count(({ status }) => status),
  RESPONSE_CODE_DETAILS: () => text(({ details }) => filled(details)),
  RESPONSE_FLAGS: () => text(({ flag }) => flag),
  RESPONSE_FLAGS_LONG: () => text(({ flag }) => longFlags(flag)),
  BYTES_RECEIVED: count(({ bytesReceived }) => bytesReceived),
  BYTES_SENT: count(({ bytesSent }) => bytesSent),
  REQUEST_HEADERS_BYTES: count(({ requestHeadBytes }) => requestHeadBytes),
  RESPONSE_HEADERS_BYTES: count(({ responseHeadBytes }) => responseHeadBytes),
  DOWNSTREAM_HEADER_BYTES_RECEIVED: count(({ requestHeadBytes }) => requestHeadBytes),
  DOWNSTREAM_HEADER_BYTES_SENT: count(({ responseHeadBytes }) => responseHeadBytes),
  DOWNSTREAM_WIRE_BYTES_RECEIVED: count((exchange) => exchange.requestHeadBytes + exchange.bytesReceived),
  DOWNSTREAM_WIRE_BYTES_SENT: count((exchange) => exchange.responseHeadBytes + exchange.bytesSent),
  DURATION: known(({ durationMs }) => durationMs),
  REQUEST_DURATION: known(({ requestEndMs }) => requestEndMs),
  RESPONSE_DURATION: known(({ upstreamServiceMs }) => upstreamServiceMs),
  RESPONSE_TX_DURATION: known((exchange) =>
    exchange.upstreamServiceMs < 0 ? -1 : Math.max(0, exchange.durationMs - exchange.upstreamServiceMs),
  ),
  ROUTE_NAME: () => text(({ route }) => (route === undefined ? undefined : filled(route.name))),
  STREAM_ID: () => text(({ request }) => request.header('x-request-id'), 'always'),
  TRACE_ID: () =>
    text(({ state }) => (state.get('tracing') as { readonly traceId?: string } | undefined)?.traceId, 'always'),
  ACCESS_LOG_TYPE: () => text(() => 'DownstreamEnd'),
  LOCAL_REPLY_BODY: () => text(({ state }) => (state.get('local-reply-body') as string | undefined) ?? ''),
  HOSTNAME: () => {
    const name = hostname();
    return text(() => name);
  },
  ENVIRONMENT: (argument, where, { environment }) => {
    if (environment === undefined || argument === undefined) refuse(where, 'format: ENVIRONMENT is not supported here');
    const value = environment(argument);
    return text(() => value);
  },
  GRPC_STATUS: (argument, where) => {
    const style = argument === undefined || argument === '' ? 'CAMEL_STRING' : argument;
    if (style === 'NUMBER') return number(grpcStatusOf);
    if (style !== 'CAMEL_STRING' && style !== 'SNAKE_STRING')
      refuse(where, `format: GRPC_STATUS(${style}) is not supported`);
    return text((exchange) => {
      const status = grpcStatusOf(exchange);
      return status === undefined ? undefined : grpcStatusText(status, style);
    });
  },
  GRPC_STATUS_NUMBER: () => number(grpcStatusOf),
};

/** Active health checks as data: another library runs them. */

import type { JsonObject } from '@bufbuild/protobuf';
import { type HeaderValueOption, RequestMethodSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import type {
  HealthCheck,
  HealthCheck_HttpHealthCheck,
  HealthCheck_Payload,
} from '@weft/xds-messages/envoy/config/core/v3/health_check';
import { CodecClientType } from '@weft/xds-messages/envoy/type/v3/http';
import type { Int64Range } from '@weft/xds-messages/envoy/type/v3/range';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';

/** One check of a cluster's endpoints, with Envoy's defaults filled in. */
export interface HealthProbe {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** The first probe comes after a chance wait up to this. */
  readonly initialJitterMs: number;
  /** Chance addition to each interval, at most: fixed, and as a percentage of the interval. */
  readonly intervalJitterMs: number;
  readonly intervalJitterPercent: number;
  /** Failures in a row that make unhealthy. */
  readonly unhealthyThreshold: number;
  /** Successes in a row that make healthy. */
  readonly healthyThreshold: number;
  /** Instead of `intervalMs`: for a cluster that has had no traffic, for unhealthy endpoints, and while a change is under way. */
  readonly noTrafficIntervalMs: number;
  readonly noTrafficHealthyIntervalMs: number;
  readonly unhealthyIntervalMs: number;
  readonly unhealthyEdgeIntervalMs: number;
  readonly healthyEdgeIntervalMs: number;
  readonly reuseConnection: boolean;
  /** transport_socket_match_criteria; nothing: the endpoint's own. */
  readonly transportMatch: JsonObject | undefined;
  readonly check: HttpCheck | TcpCheck | GrpcCheck;
}

export interface HttpCheck {
  readonly kind: 'http';
  /** Empty: what EDS says for checks, else the cluster's name. */
  readonly host: string;
  /** With query. */
  readonly path: string;
  readonly method: string;
  /** Flat name, value, name, value. */
  readonly headers: readonly string[];
  readonly headersToRemove: readonly string[];
  /** Pairs: from, and up to without it; empty: 200 alone. */
  readonly expectedStatuses: readonly number[];
  /** Failures that count towards the threshold instead of making unhealthy at once. */
  readonly retriableStatuses: readonly number[];
  readonly http2: boolean;
  /** Body of the request; nothing: none. */
  readonly send: Buffer | undefined;
  /** Parts that the answer's body must have, in this order, in its first `bodyBytesMax`. */
  readonly receive: readonly Buffer[];
  readonly bodyBytesMax: number;
}

export interface TcpCheck {
  readonly kind: 'tcp';
  readonly send: Buffer | undefined;
  /** Parts that must come, in this order. */
  readonly receive: readonly Buffer[];
}

export interface GrpcCheck {
  readonly kind: 'grpc';
  readonly service: string;
  /** Empty: what EDS says for checks, else the cluster's name. */
  readonly authority: string;
  readonly headers: readonly string[];
}

const leastIntervalMs = 10;
const methodsWithBody = new Set(['POST', 'PUT', 'PATCH', 'OPTIONS']);
/** Envoy's default for response_buffer_size. */
const bodyBytesMax = 1_024;

/** @throws WeftError `config_rejected` */
export function compileHealthCheck(check: HealthCheck, where: string): HealthProbe {
  const at = `${where}: health_checks`;
  const intervalMs = milliseconds(check.interval, 0);
  const timeoutMs = milliseconds(check.timeout, 0);
  if (intervalMs < leastIntervalMs) refuse(at, `interval must be ${leastIntervalMs} ms or more`);
  if (timeoutMs <= 0) refuse(at, 'timeout must be over 0');
  const noTrafficIntervalMs = milliseconds(check.noTrafficInterval, 60_000);
  const unhealthyIntervalMs = milliseconds(check.unhealthyInterval, intervalMs);
  return {
    intervalMs,
    timeoutMs,
    initialJitterMs: milliseconds(check.initialJitter, 0),
    intervalJitterMs: milliseconds(check.intervalJitter, 0),
    intervalJitterPercent: check.intervalJitterPercent,
    unhealthyThreshold: Math.max(1, check.unhealthyThreshold ?? 1),
    healthyThreshold: Math.max(1, check.healthyThreshold ?? 1),
    noTrafficIntervalMs,
    noTrafficHealthyIntervalMs: milliseconds(check.noTrafficHealthyInterval, noTrafficIntervalMs),
    unhealthyIntervalMs,
    unhealthyEdgeIntervalMs: milliseconds(check.unhealthyEdgeInterval, unhealthyIntervalMs),
    healthyEdgeIntervalMs: milliseconds(check.healthyEdgeInterval, intervalMs),
    reuseConnection: check.reuseConnection ?? true,
    transportMatch: check.transportSocketMatchCriteria,
    check: compileChecker(check, at),
  };
}

function compileChecker(check: HealthCheck, where: string): HealthProbe['check'] {
  const checker = check.healthChecker;
  switch (checker.case) {
    case 'httpHealthCheck':
      return compileHttp(checker.value, where);
    case 'tcpHealthCheck': {
      const { send, receive } = checker.value;
      return {
        kind: 'tcp',
        send: send === undefined ? undefined : payload(send, where),
        receive: receive.map((part) => payload(part, where)),
      };
    }
    case 'grpcHealthCheck': {
      const { serviceName, authority, initialMetadata } = checker.value;
      return { kind: 'grpc', service: serviceName, authority, headers: headersOf(initialMetadata) };
    }
    default:
      return refuse(where, 'has no checker');
  }
}

function compileHttp(http: HealthCheck_HttpHealthCheck, where: string): HttpCheck {
  if (http.codecClientType === CodecClientType.HTTP3) refuse(where, 'codec_client_type HTTP3 is not supported');
  const named = RequestMethodSchema.value[http.method]?.name;
  const method = named === 'METHOD_UNSPECIFIED' ? 'GET' : named;
  if (method === undefined || method === 'CONNECT') return refuse(where, `method ${http.method} is not supported`);
  if (http.send !== undefined && !methodsWithBody.has(method))
    refuse(where, `send needs another method than ${method}`);
  return {
    kind: 'http',
    host: http.host,
    path: http.path,
    method,
    headers: headersOf(http.requestHeadersToAdd),
    headersToRemove: http.requestHeadersToRemove.map((name) => name.toLowerCase()),
    expectedStatuses: rangesOf(http.expectedStatuses, `${where}: expected_statuses`),
    retriableStatuses: rangesOf(http.retriableStatuses, `${where}: retriable_statuses`),
    http2: http.codecClientType === CodecClientType.HTTP2,
    send: http.send === undefined ? undefined : payload(http.send, where),
    receive: http.receive.map((part) => payload(part, where)),
    bodyBytesMax: Number(http.responseBufferSize ?? BigInt(bodyBytesMax)),
  };
}

function headersOf(options: readonly HeaderValueOption[]): readonly string[] {
  return options.flatMap(({ header }) => (header === undefined ? [] : [header.key.toLowerCase(), header.value]));
}

function rangesOf(ranges: readonly Int64Range[], where: string): readonly number[] {
  return ranges.flatMap(({ start, end }) => {
    if (start < 100n || end > 600n || end <= start) refuse(where, `[${start}, ${end}) must lie in [100, 600)`);
    return [Number(start), Number(end)];
  });
}

/** Text is hexadecimal, as in Envoy. */
function payload({ payload: given }: HealthCheck_Payload, where: string): Buffer {
  if (given.case === 'binary') return Buffer.from(given.value);
  const text = given.value ?? '';
  if (text === '' || text.length % 2 !== 0 || /[^0-9a-f]/i.test(text))
    refuse(where, 'a payload must be hexadecimal text');
  return Buffer.from(text, 'hex');
}

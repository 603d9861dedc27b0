/** What is kept of an exchange, and how it is shown: nothing that may be a credential. */

import type { Exchange } from '@weft/data-runtime';
import { describeProvenance, type Provenance } from '@weft/kernel';
import { fieldOf } from '../fields.ts';
import { recentLimits } from './recent-limits.ts';

/** One exchange; the names are those of a tap's line. */
export interface SeenExchange {
  readonly start_time: string;
  readonly direction: string;
  readonly method: string;
  readonly authority: string;
  /** With query; values of parameters that may carry a credential are "***". */
  readonly path: string;
  readonly protocol: string;
  readonly request_id: string;
  readonly status: number;
  readonly flags: string;
  readonly details: string;
  /** The rule that denied or failed it, else the place of the route; empty: nothing decided. */
  readonly reason: string;
  readonly route: string;
  /** Place of the route; empty: there was none. */
  readonly route_from: string;
  readonly upstream_cluster: string;
  readonly upstream_host: string;
  readonly attempts: number;
  readonly duration_ms: number;
  /** SPIFFE URI; empty: no certificate. */
  readonly source_principal: string;
  readonly source_workload: string;
  readonly destination_workload: string;
}

/** One that stands for several of its minute. */
export interface SampledExchange extends SeenExchange {
  /** How many exchanges it stands for. */
  readonly weight: number;
  /** Without those that carry credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Payload of the verified token; absent: none. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** As it is kept: what costs time to write is written when somebody asks. */
export interface Kept extends Omit<SeenExchange, 'start_time' | 'reason' | 'route_from'> {
  readonly startedAtMs: number;
  readonly reason: string;
  readonly from: Provenance | undefined;
}

export function keep(exchange: Exchange): Kept {
  const { request, connection, route, endpoint } = exchange;
  return {
    startedAtMs: exchange.startedAtMs,
    direction: connection.direction,
    method: request.method,
    authority: request.authority ?? '',
    path: request.hasQuery ? withoutSecrets(`${request.path}?${request.query}`) : request.path,
    protocol: request.protocol,
    request_id: fieldOf(request.fields, 'x-request-id') ?? '',
    status: exchange.status,
    flags: exchange.flag,
    details: exchange.details,
    reason: exchange.reason,
    route: route?.name ?? '',
    from: route?.from,
    upstream_cluster: exchange.cluster?.name ?? '',
    upstream_host: endpoint?.hostPort ?? '',
    attempts: exchange.attempts,
    // As %DURATION% says it: an access log's line of the same exchange is known by it.
    duration_ms: Math.round(exchange.durationMs),
    source_principal: connection.peerUri ?? '',
    source_workload: exchange.peerWorkload?.workload ?? '',
    destination_workload: endpoint?.workload.workload ?? '',
  };
}

export function shown({ startedAtMs, from, reason, ...rest }: Kept): SeenExchange {
  const place = from === undefined ? '' : describeProvenance(from);
  return {
    start_time: new Date(startedAtMs).toISOString(),
    ...rest,
    reason: reason === '' ? place : reason,
    route_from: place,
  };
}

/** Names of what may carry a credential: nothing of it is kept. */
const secretNames = /auth|cookie|token|secret|key|password|passwd|session|credential|signature|jwt|assertion|cert/;

/** @param target a path or a URL: values of its query that may be a credential are left out. What has no query is as it was. */
function withoutSecrets(target: string): string {
  const at = target.indexOf('?');
  if (at < 0) return target;
  const query = target.slice(at).replace(/([?&;#])([^=&;#]*)=[^&#]*/g, (pair, before: string, name: string) => {
    const plain = name.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return secretNames.test(plain.toLowerCase()) ? `${before}${name}=***` : pair;
  });
  return target.slice(0, at) + query;
}

export function headersOf({ request: { fields } }: Exchange): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (let i = 0; i < fields.length && found.length < recentLimits.headersMax; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    if (value.length <= recentLimits.headerLengthMax && !secretNames.test(name))
      found.push([name, withoutSecrets(value)]);
  }
  return Object.fromEntries(found);
}

export function claimsOf({ metadata }: Exchange): Readonly<Record<string, unknown>> | undefined {
  const payload = metadata?.get('envoy.filters.http.jwt_authn')?.['payload'];
  if (typeof payload !== 'object' || payload === null) return undefined;
  // A copy: nothing else is kept alive by it.
  const text = JSON.stringify(payload);
  return text.length > recentLimits.claimsLengthMax ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

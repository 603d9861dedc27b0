/** What passed of late: new exchanges, to be found by request id, and a fair sample of each minute of the last hour. */

import type { Exchange } from '@weft/data-runtime';
import { describeProvenance, type Provenance, type Random } from '@weft/kernel';
import { fieldOf } from '../fields.ts';

export const recentLimits = {
  /** Exchanges for questions by request id; the oldest make room. */
  exchangesMax: 2_048,
  /** Of a second, those that went well; and as many of those that did not. Further ones are not kept. */
  exchangesPerSecond: 64,
  /** How far samples reach back. */
  minutesMax: 60,
  /** Of each minute; which ones is chance, each exchange has the same. */
  samplesPerMinute: 32,
  /** Of a sample; further ones are left out. */
  headersMax: 32,
  /** UTF-16 units; longer values are left out. */
  headerLengthMax: 256,
  /** UTF-16 units of a verified token's payload as JSON; a longer one is left out. */
  claimsLengthMax: 2_048,
} as const;

const minuteMs = 60_000;

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

export interface RecentExchanges {
  /** Costs little for what is not kept: under load that is nearly all. */
  offer(exchange: Exchange): void;
  /** Oldest first: a request passes a sidecar twice where it comes in and goes out. */
  byRequestId(id: string): readonly SeenExchange[];
  /** @param sinceMs epoch. @returns oldest minute first, `samplesMax` at most (the newest). */
  samples(sinceMs: number, samplesMax: number): readonly SampledExchange[];
}

/** As it is kept: what costs time to write is written when somebody asks. */
interface Kept extends Omit<SeenExchange, 'start_time' | 'reason' | 'route_from'> {
  readonly startedAtMs: number;
  readonly reason: string;
  readonly from: Provenance | undefined;
}

interface KeptSample extends Pick<SampledExchange, 'headers' | 'claims'> {
  readonly kept: Kept;
}

interface Minute {
  readonly startMs: number;
  /** Exchanges of it, sampled or not. */
  seen: number;
  readonly samples: KeptSample[];
}

export function createRecentExchanges(deps: { readonly random: Random }): RecentExchanges {
  const ring: Kept[] = [];
  let next = 0;
  const minutes: Minute[] = [];

  function minuteOf(atMs: number): Minute {
    const startMs = atMs - (atMs % minuteMs);
    const last = minutes.at(-1);
    // An exchange that ends late counts for the minute that is open.
    if (last !== undefined && last.startMs >= startMs) return last;
    const minute: Minute = { startMs, seen: 0, samples: [] };
    minutes.push(minute);
    if (minutes.length > recentLimits.minutesMax) minutes.shift();
    return minute;
  }

  let secondMs = 0;
  let keptGood = 0;
  let keptBad = 0;

  /** What is kept outlives the young generation: all of a loaded sidecar's exchanges would be copied into the old one. */
  function admits({ startedAtMs, durationMs, status, flag }: Exchange): boolean {
    // Exchanges come in the order of their ends. A clock that was set back begins anew.
    const endedAtMs = startedAtMs + durationMs;
    if (Math.abs(endedAtMs - secondMs) >= 1_000) {
      secondMs = endedAtMs;
      keptGood = 0;
      keptBad = 0;
    }
    if (status >= 400 || status === 0 || flag !== '-') return ++keptBad <= recentLimits.exchangesPerSecond;
    return ++keptGood <= recentLimits.exchangesPerSecond;
  }

  /** @returns where in the minute's samples the exchange goes; as many as there may be, or more: nowhere. */
  function placeIn(minute: Minute): number {
    minute.seen += 1;
    const { samples, seen } = minute;
    return seen <= recentLimits.samplesPerMinute ? samples.length : Math.floor(deps.random() * seen);
  }

  function sample(minute: Minute, place: number, exchange: Exchange, kept: Kept): void {
    const claims = claimsOf(exchange);
    minute.samples[place] = { kept, headers: headersOf(exchange), ...(claims === undefined ? {} : { claims }) };
  }

  return {
    offer(exchange) {
      const minute = minuteOf(exchange.startedAtMs);
      const place = placeIn(minute);
      const sampled = place < recentLimits.samplesPerMinute;
      const admitted = admits(exchange);
      if (!sampled && !admitted) return;
      const kept = keep(exchange);
      if (sampled) sample(minute, place, exchange, kept);
      if (!admitted) return;
      ring[next] = kept;
      next = (next + 1) % recentLimits.exchangesMax;
    },
    byRequestId(id) {
      const ordered = ring.length < recentLimits.exchangesMax ? ring : [...ring.slice(next), ...ring.slice(0, next)];
      return ordered.filter(({ request_id }) => request_id === id).map(shown);
    },
    samples(sinceMs, samplesMax) {
      const found = minutes
        .filter(({ startMs }) => startMs + minuteMs > sinceMs)
        .flatMap(({ seen, samples }) =>
          samples.map(({ kept, ...rest }) => ({ ...shown(kept), ...rest, weight: seen / samples.length })),
        );
      return found.slice(Math.max(0, found.length - samplesMax));
    },
  };
}

function keep(exchange: Exchange): Kept {
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

function shown({ startedAtMs, from, reason, ...rest }: Kept): SeenExchange {
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

function headersOf({ request: { fields } }: Exchange): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (let i = 0; i < fields.length && found.length < recentLimits.headersMax; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    if (value.length <= recentLimits.headerLengthMax && !secretNames.test(name))
      found.push([name, withoutSecrets(value)]);
  }
  return Object.fromEntries(found);
}

function claimsOf({ metadata }: Exchange): Readonly<Record<string, unknown>> | undefined {
  const payload = metadata?.get('envoy.filters.http.jwt_authn')?.['payload'];
  if (typeof payload !== 'object' || payload === null) return undefined;
  // A copy: nothing else is kept alive by it.
  const text = JSON.stringify(payload);
  return text.length > recentLimits.claimsLengthMax ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

/** A limit of requests that this proxy keeps by itself: envoy.extensions.filters.http.local_ratelimit.v3. */

import { type Exchange, filterDisabled, type HeaderMutation, type HttpFilter } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import { descriptorsOf, setLimitHeaders, type VirtualHostLimits } from '../rate-limit-rules.ts';
import { type BucketsSpec, LocalBuckets } from './local-buckets.ts';

export interface LocalRateLimitSettings {
  readonly buckets: BucketsSpec;
  /** One set of buckets for all connections; nothing: each has its own. */
  readonly shared: LocalBuckets | undefined;
  readonly enabledShare: number;
  readonly enforcedShare: number;
  readonly status: number;
  /** 8 for RESOURCE_EXHAUSTED; -1: as the HTTP status says. */
  readonly grpcStatus: number;
  readonly stage: number;
  readonly virtualHostLimits: VirtualHostLimits;
  readonly limitHeaders: boolean;
  /** Said of an answer: that it was a limit, and where it was written. */
  readonly reason: () => string;
  readonly responseHeaders: HeaderMutation | undefined;
  readonly notEnforcedHeaders: HeaderMutation | undefined;
  readonly counters: Readonly<Record<'enabled' | 'enforced' | 'ok' | 'rateLimited', Counter>>;
}

const noFields: readonly string[] = [];

/** @param settings nothing: only routes limit. */
export function createLocalRateLimit(
  name: string,
  settings: LocalRateLimitSettings | undefined,
  clock: Clock,
  random: Random,
): HttpFilter {
  return {
    name,
    onRequest(exchange) {
      const own = exchange.filterConfig(name);
      if (own === filterDisabled) return true;
      const limit = own === undefined ? settings : (own as LocalRateLimitSettings);
      if (limit === undefined || !happens(limit.enabledShare, random)) return true;
      const { counters } = limit;
      counters.enabled.add(1);
      const buckets = limit.shared ?? ownBuckets(exchange, name, limit, clock);
      const descriptors = descriptorsOf(exchange, limit.stage, limit.virtualHostLimits);
      const nowMs = clock.monotonic();
      const allowed = buckets.allows(descriptors, nowMs);
      if (limit.limitHeaders) exchange.state.set(name, headerFields(buckets, nowMs));
      if (allowed) {
        counters.ok.add(1);
        return true;
      }
      counters.rateLimited.add(1);
      if (happens(limit.enforcedShare, random)) return refuse(exchange, limit);
      limit.notEnforcedHeaders?.(exchange.request.fields, exchange);
      return true;
    },
    onResponse(exchange) {
      if (exchange.state.size === 0) return;
      const found = exchange.state.get(name) as LimitHeaders | undefined;
      if (found !== undefined) {
        setLimitHeaders(exchange.responseFields, found.limit, found.remaining, found.resetSeconds);
      }
    },
  };
}

interface LimitHeaders {
  readonly limit: string;
  readonly remaining: number;
  readonly resetSeconds: number;
}

function headerFields({ decisive }: LocalBuckets, nowMs: number): LimitHeaders {
  return {
    limit: String(decisive.spec.tokensMax),
    remaining: decisive.remaining(nowMs),
    resetSeconds: Math.ceil(decisive.nextTokenMs(nowMs) / 1_000),
  };
}

function refuse(exchange: Exchange, limit: LocalRateLimitSettings): false {
  limit.counters.enforced.add(1);
  exchange.addFlag('RL');
  exchange.reason = limit.reason();
  let fields = noFields;
  if (limit.responseHeaders !== undefined) {
    const added: string[] = [];
    limit.responseHeaders(added, exchange);
    fields = added;
  }
  exchange.answerGrpc(limit.status, limit.grpcStatus, 'local_rate_limited', fields, 'local_rate_limited');
  return false;
}

/** Those of the connection, by the configuration that made them: an update or another route begins anew. */
function ownBuckets(exchange: Exchange, name: string, limit: LocalRateLimitSettings, clock: Clock): LocalBuckets {
  const known = exchange.kept[name] as WeakMap<LocalRateLimitSettings, LocalBuckets> | undefined;
  const all = known ?? new WeakMap<LocalRateLimitSettings, LocalBuckets>();
  if (known === undefined) exchange.kept[name] = all;
  let buckets = all.get(limit);
  if (buckets === undefined) {
    buckets = new LocalBuckets(limit.buckets, clock.monotonic());
    all.set(limit, buckets);
  }
  return buckets;
}

function happens(share: number, random: Random): boolean {
  return share >= 1 || (share > 0 && random() < share);
}

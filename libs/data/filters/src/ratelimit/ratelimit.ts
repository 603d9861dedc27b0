/** A limit of requests that a service keeps for all proxies: envoy.extensions.filters.http.ratelimit.v3. */

import { type Exchange, filterDisabled, type HeaderMutation, type HttpFilter } from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';
import type { Counter, Family } from '@weft/telemetry';
import { addMetadata } from '../dynamic-metadata.ts';
import { descriptorsOf, setLimitHeaders, type VirtualHostLimits } from '../rate-limit-rules.ts';
import type { Ask } from './ask.ts';
import type { RateLimitVerdict } from './verdict.ts';

export interface RateLimitSettings {
  readonly ask: Ask;
  readonly domain: string;
  readonly stage: number;
  /** Which requests are asked about. */
  readonly requests: 'internal' | 'external' | 'both';
  readonly failureModeDeny: boolean;
  readonly status: number;
  readonly statusOnError: number;
  /** 8 for RESOURCE_EXHAUSTED; -1: as the HTTP status says. */
  readonly grpcStatus: number;
  readonly limitHeaders: boolean;
  readonly ratelimitedHeader: boolean;
  readonly responseHeaders: HeaderMutation | undefined;
  /** By the name of the route's cluster. */
  readonly counters: Readonly<Record<'ok' | 'error' | 'overLimit' | 'failureModeAllowed', Family<Counter>>>;
}

export interface RateLimitPerRoute {
  /** Empty: the listener's. */
  readonly domain: string;
  readonly virtualHostLimits: VirtualHostLimits;
}

/** What is kept of a request. */
interface Pending {
  over: boolean;
  cancel: Cancel | undefined;
  verdict: RateLimitVerdict | undefined;
}

const namespace = 'envoy.filters.http.ratelimit';

export function createRateLimit(name: string, settings: RateLimitSettings): HttpFilter {
  return {
    name,
    onRequest(exchange) {
      const found = exchange.filterConfig(name);
      if (found === filterDisabled || !isMeant(exchange, settings)) return true;
      const own = found as RateLimitPerRoute | undefined;
      const descriptors = descriptorsOf(exchange, settings.stage, own?.virtualHostLimits ?? 'override');
      if (descriptors.length === 0) return true;
      const pending: Pending = { over: false, cancel: undefined, verdict: undefined };
      exchange.state.set(name, pending);
      let going: boolean | undefined;
      let waiting = false;
      const domain = own === undefined || own.domain === '' ? settings.domain : own.domain;
      const cancel = settings.ask(domain, descriptors, (verdict) => {
        if (pending.over) return;
        pending.cancel = undefined;
        going = decide(exchange, settings, pending, verdict);
        if (waiting && going) exchange.proceed();
      });
      if (going !== undefined) return going;
      pending.cancel = cancel;
      waiting = true;
      return false;
    },
    onResponse(exchange) {
      if (exchange.state.size === 0) return;
      const verdict = (exchange.state.get(name) as Pending | undefined)?.verdict;
      if (verdict === undefined) return;
      if (settings.limitHeaders && verdict.limit !== undefined) {
        const { limit, remaining, resetSeconds } = verdict.limit;
        setLimitHeaders(exchange.responseFields, limit, remaining, resetSeconds);
      }
      // A refusal has them already.
      if (!verdict.overLimit) exchange.responseFields.push(...verdict.responseFields);
    },
    onComplete(exchange) {
      if (exchange.state.size === 0) return;
      const pending = exchange.state.get(name) as Pending | undefined;
      if (pending === undefined) return;
      pending.over = true;
      pending.cancel?.();
    },
  };
}

/** @returns whether the request goes on. */
function decide(
  exchange: Exchange,
  settings: RateLimitSettings,
  pending: Pending,
  verdict: RateLimitVerdict | string,
): boolean {
  const { counters } = settings;
  const cluster = [exchange.target?.clusterName ?? ''];
  if (typeof verdict === 'string') {
    counters.error.slot(cluster).add(1);
    if (!settings.failureModeDeny) {
      counters.failureModeAllowed.slot(cluster).add(1);
      return true;
    }
    exchange.addFlag('RLSE');
    exchange.reason = `ratelimit: ${verdict}`;
    exchange.answer(settings.statusOnError, [], '', 'rate_limiter_error');
    return false;
  }
  pending.verdict = verdict;
  if (verdict.metadata !== undefined) addMetadata(exchange, namespace, verdict.metadata);
  if (!verdict.overLimit) {
    counters.ok.slot(cluster).add(1);
    exchange.request.fields.push(...verdict.requestFields);
    return true;
  }
  counters.overLimit.slot(cluster).add(1);
  return refuse(exchange, settings, verdict);
}

/** Envoy's x-envoy-internal says who is inside. */
function isMeant({ request }: Exchange, { requests }: RateLimitSettings): boolean {
  if (requests === 'both') return true;
  return (request.header('x-envoy-internal') === 'true') === (requests === 'internal');
}

function refuse(exchange: Exchange, settings: RateLimitSettings, verdict: RateLimitVerdict): false {
  const fields = [...verdict.responseFields];
  if (settings.ratelimitedHeader) fields.push('x-envoy-ratelimited', 'true');
  settings.responseHeaders?.(fields, exchange);
  exchange.addFlag('RL');
  exchange.reason = 'ratelimit: over the limit';
  exchange.answerGrpc(settings.status, settings.grpcStatus, verdict.body, fields, 'request_rate_limited');
  return false;
}

/** Cross-origin resource sharing: envoy.extensions.filters.http.cors.v3. The policy is a route's; without one nothing is done. */

import { type Exchange, filterDisabled, type HttpFilter, setField } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';

/** Compiled CorsPolicy. Empty texts: the header is not sent. */
export interface CorsSettings {
  readonly allows: (origin: string) => boolean;
  readonly methods: string;
  readonly headers: string;
  readonly expose: string;
  readonly maxAge: string;
  readonly credentials: boolean;
  readonly privateNetwork: boolean;
  readonly forwardNotMatching: boolean;
  /** 0 to 1. */
  readonly enabledShare: number;
  readonly shadowShare: number;
}

export interface CorsCounters {
  readonly valid: Counter;
  readonly invalid: Counter;
}

const allowOrigin = 'access-control-allow-origin';

/** @param name of the http_filters entry: key of the route's policy. */
export function createCors(name: string, counters: CorsCounters, random: Random): HttpFilter {
  return {
    name,
    onRequest(exchange) {
      const policy = exchange.filterConfig(name) as CorsSettings | typeof filterDisabled | undefined;
      if (policy === undefined || policy === filterDisabled) return true;
      const origin = exchange.request.header('origin');
      if (origin === undefined || origin === '') return true;
      const enabled = happens(policy.enabledShare, random);
      if (!enabled && !happens(policy.shadowShare, random)) return true;
      const allowed = policy.allows(origin);
      (allowed ? counters.valid : counters.invalid).add(1);
      if (!enabled) return true;
      const preflight = isPreflight(exchange);
      if (allowed && !preflight) exchange.state.set(name, origin);
      if (!preflight || (!allowed && policy.forwardNotMatching)) return true;
      exchange.answer(200, allowed ? preflightFields(exchange, policy, origin) : [], '', 'cors_response');
      return false;
    },
    onResponse(exchange) {
      if (exchange.state.size === 0) return;
      const origin = exchange.state.get(name) as string | undefined;
      const policy = exchange.filterConfig(name) as CorsSettings | undefined;
      if (origin === undefined || policy === undefined) return;
      setField(exchange.responseFields, allowOrigin, origin);
      if (policy.credentials) setField(exchange.responseFields, 'access-control-allow-credentials', 'true');
      if (policy.expose !== '') setField(exchange.responseFields, 'access-control-expose-headers', policy.expose);
    },
  };
}

function happens(share: number, random: Random): boolean {
  return share >= 1 || (share > 0 && random() < share);
}

function isPreflight({ method, request }: Exchange): boolean {
  if (method !== 'OPTIONS') return false;
  const asked = request.header('access-control-request-method');
  return asked !== undefined && asked !== '';
}

function preflightFields({ request }: Exchange, policy: CorsSettings, origin: string): readonly string[] {
  const fields = [allowOrigin, origin];
  const put = (field: string, value: string): void => {
    if (value !== '') fields.push(`access-control-${field}`, value);
  };
  put('allow-credentials', policy.credentials ? 'true' : '');
  const asks = (field: string): string => request.header(`access-control-request-${field}`) ?? '';
  // "*" is answered with what is asked for, an empty list too: browsers do not take "*" from those who send credentials.
  if (policy.methods === '*') fields.push('access-control-allow-methods', asks('method'));
  else put('allow-methods', policy.methods);
  if (policy.headers === '*') fields.push('access-control-allow-headers', asks('headers'));
  else put('allow-headers', policy.headers);
  put('max-age', policy.maxAge);
  put('expose-headers', policy.expose);
  const asked = request.header('access-control-request-private-network') === 'true';
  put('allow-private-network', policy.privateNetwork && asked ? 'true' : '');
  return fields;
}

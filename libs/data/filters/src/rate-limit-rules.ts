/** Which descriptors a request sends to a rate limit, and the headers that tell a client of its limit. */

import { type Exchange, type ForwardAction, type RateLimitRule, setField } from '@weft/data-runtime';

/** vh_rate_limits: a virtual host's rate limits where the route has none, also where it has some, or never. */
export type VirtualHostLimits = 'override' | 'include' | 'ignore';

/** Envoy's bound of `stage`. */
export const stageMax = 10;

const noDescriptors: readonly (readonly string[])[] = [];

/** Flat descriptors of a stage; those of rules without a value this time are left out. */
export function descriptorsOf(
  exchange: Exchange,
  stage: number,
  option: VirtualHostLimits,
): readonly (readonly string[])[] {
  const action = exchange.route?.action;
  if (action?.kind !== 'forward') return noDescriptors;
  const own = option === 'override' || includesHost(action) ? action.rateLimits : action.routeRateLimits;
  if (own.length === 0 && (option !== 'include' || action.virtualHostRateLimits.length === 0)) return noDescriptors;
  const found: (readonly string[])[] = [];
  collect(own, exchange, stage, found);
  if (option === 'include' && !includesHost(action)) collect(action.virtualHostRateLimits, exchange, stage, found);
  return found;
}

function collect(
  rules: readonly RateLimitRule[],
  exchange: Exchange,
  stage: number,
  into: (readonly string[])[],
): void {
  for (const rule of rules) {
    if (rule.stage !== stage) continue;
    const descriptor = rule.descriptor(exchange);
    if (descriptor !== undefined) into.push(descriptor);
  }
}

/** include_vh_rate_limits goes over what a filter says. */
function includesHost({ rateLimits, routeRateLimits }: ForwardAction): boolean {
  return routeRateLimits.length > 0 && rateLimits.length > routeRateLimits.length;
}

/** The three fields of draft-polli-ratelimit-headers-03. */
export function setLimitHeaders(fields: string[], limit: string, remaining: number, resetSeconds: number): void {
  setField(fields, 'x-ratelimit-limit', limit);
  setField(fields, 'x-ratelimit-remaining', String(remaining));
  setField(fields, 'x-ratelimit-reset', String(resetSeconds));
}

/** Linkerd's ServiceProfile, TrafficSplit and annotations → rules in the form of a VirtualService's. Its HTTPRoute goes through `translateRoute`. */

import type { LinkerdRetry, LinkerdTimeouts } from '../kinds/linkerd/annotations.ts';
import type { ProfileRetryBudget, ServiceProfileSpec } from '../kinds/linkerd/service-profile/spec.ts';
import type { HttpRetry } from '../kinds/virtual-service/http-policy-spec.ts';
import type { HttpRouteDestination, HttpRule } from '../kinds/virtual-service/http-spec.ts';
import type { Resource } from '../resource.ts';
import { profileMatches } from './profile-condition.ts';
import type { TranslatedRule, TranslationNotice } from './translated-rule.ts';

export interface TranslatedProfile {
  /** Host of the service that it is for. */
  readonly host: string;
  /** In the order of the profile; the last takes everything else. Empty where the profile has neither routes nor overrides: then it takes over nothing. */
  readonly rules: readonly TranslatedRule[];
  /** Of all retryable routes together; absent where there are none. */
  readonly retryBudget?: ProfileRetryBudget;
  readonly notices: readonly TranslationNotice[];
}

const budgetDefault: ProfileRetryBudget = { retryRatio: 0.2, minRetriesPerSecond: 10, ttlMs: 10_000 };
const ttlMsMin = 1_000;
const ttlMsMax = 60_000;
const timeoutMsDefault = 10_000;

/** Linkerd's tries are bounded by budget and time alone; Envoy wants a number. */
const attemptsMax = 10;

/**
 * @param domain of the mesh ("cluster.local").
 * @param split destinations of a TrafficSplit of the service, which stand for overrides where the profile has none.
 */
export function translateServiceProfile(
  profile: Resource<'ServiceProfile'>,
  domain: string,
  split?: readonly HttpRouteDestination[],
): TranslatedProfile {
  const { routes = [], dstOverrides = [], retryBudget } = profile.spec;
  const host = profile.name;
  const notices: TranslationNotice[] = [];
  if (routes.length === 0 && dstOverrides.every(({ weight }) => weight === 0)) return { host, rules: [], notices };
  const route = destinationsOf(profile.spec, host, domain, split);
  const budget = retryBudget ?? budgetDefault;
  const budgetUsed = budget.ttlMs >= ttlMsMin && budget.ttlMs <= ttlMsMax;
  const rules = routes.flatMap((one, index): TranslatedRule[] => {
    const path = `spec.routes[${index}]`;
    const matches = profileMatches(one.condition);
    if (typeof matches === 'string') {
      notices.push({ path: `${path}.condition`, message: matches });
      return [];
    }
    const retries: HttpRetry | undefined =
      one.isRetryable === true && budgetUsed
        ? { attempts: attemptsMax, retryOn: retryOnOf(one.responseClasses) }
        : undefined;
    const rule: HttpRule = {
      name: one.name,
      match: matches,
      route,
      timeoutMs: one.timeoutMs ?? timeoutMsDefault,
      retries: retries ?? { attempts: 0 },
    };
    return [{ path, rule }];
  });
  const rest: TranslatedRule = { path: 'spec', rule: { route, retries: { attempts: 0 } } };
  const retried = budgetUsed && routes.some(({ isRetryable }) => isRetryable === true);
  return { host, rules: [...rules, rest], notices, ...(retried ? { retryBudget: budget } : {}) };
}

/** The statuses that the classes call failures, where each is a plain range; else every 5xx. */
function retryOnOf(classes: NonNullable<ServiceProfileSpec['routes']>[number]['responseClasses']): string {
  const codes = new Set<number>();
  for (const { condition, isFailure } of classes ?? []) {
    const { min, max } = condition.status ?? {};
    const first = min ?? max;
    if (isFailure !== true || first === undefined) continue;
    for (let code = first; code <= (max ?? first); code++) codes.add(code);
  }
  const others = [...codes].filter((code) => code < 500 || code > 599);
  return ['5xx', ...others.map(String)].join(',');
}

function destinationsOf(
  { dstOverrides = [] }: ServiceProfileSpec,
  host: string,
  domain: string,
  split: readonly HttpRouteDestination[] = [],
): readonly HttpRouteDestination[] {
  const used = dstOverrides.filter(({ weight }) => weight > 0);
  if (used.length === 0) return split.length > 0 ? split : [{ destination: { host } }];
  const whole = used.every(({ weight }) => Number.isInteger(weight)) ? 1 : 1000;
  return used.map(({ authority, weight }) => {
    const [name = '', port] = authority.split(':');
    return {
      destination: { host: fullHost(name, domain), ...(port === undefined ? {} : { port: { number: Number(port) } }) },
      weight: Math.round(weight * whole),
    };
  });
}

/** "order.shop.svc" → "order.shop.svc.cluster.local"; names of other forms stay. */
const fullHost = (host: string, domain: string): string => (host.endsWith('.svc') ? `${host}.${domain}` : host);

/** One rule for everything, and the host of the service that it splits. */
export function translateTrafficSplit(
  { namespace, spec }: Resource<'TrafficSplit'>,
  domain: string,
): { readonly host: string; readonly rules: readonly TranslatedRule[] } {
  const hostOf = (service: string): string =>
    service.includes('.') ? fullHost(service, domain) : `${service}.${namespace}.svc.${domain}`;
  const used = spec.backends.filter(({ weight }) => weight > 0);
  const whole = used.every(({ weight }) => Number.isInteger(weight)) ? 1 : 1000;
  const route = used.map(({ service, weight }) => ({
    destination: { host: hostOf(service) },
    weight: Math.round(weight * whole),
  }));
  return { host: hostOf(spec.service), rules: [{ path: 'spec.backends', rule: { route } }] };
}

const backoffMs = 25;

/** Retries and timeouts of annotations, for a rule that has none of its own. The limit of a request and that of its response begin at one time here: when the request is whole. */
export function timesOfAnnotations(
  retry: LinkerdRetry | undefined,
  timeouts: LinkerdTimeouts | undefined,
): Pick<HttpRule, 'retries' | 'timeoutMs' | 'idleTimeoutMs'> {
  const retries: HttpRetry | undefined =
    retry === undefined
      ? undefined
      : {
          attempts: retry.limit,
          retryOn: retryWords(retry).join(','),
          backoffMs,
          ...(retry.perTryTimeoutMs === undefined ? {} : { perTryTimeoutMs: retry.perTryTimeoutMs }),
        };
  const limits = [timeouts?.requestMs, timeouts?.responseMs].filter((limit) => limit !== undefined);
  return {
    ...(retries === undefined ? {} : { retries }),
    ...(limits.length === 0 ? {} : { timeoutMs: Math.min(...limits) }),
    ...(timeouts?.idleMs === undefined ? {} : { idleTimeoutMs: timeouts.idleMs }),
  };
}

function retryWords({ httpStatuses, grpcStatuses, perTryTimeoutMs }: LinkerdRetry): readonly string[] {
  const words = new Set<string>(['refused-stream']);
  for (const { min, max } of httpStatuses) {
    if (min === 500 && max === 599) words.add('5xx');
    else if (min === 502 && max === 504) words.add('gateway-error');
    else for (let code = min; code <= max; code++) words.add(String(code));
  }
  for (const status of grpcStatuses) words.add(status);
  if (perTryTimeoutMs !== undefined) words.add('504');
  return [...words];
}

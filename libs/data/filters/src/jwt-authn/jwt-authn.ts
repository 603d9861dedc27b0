/** Authentication of requests by JSON Web Tokens: envoy.extensions.filters.http.jwt_authn.v3. */

import { type Exchange, filterDisabled, type HttpFilter, type RequestTest, requestOf } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import { addMetadata } from '../dynamic-metadata.ts';
import { applyEffects, jwtNamespace, type TokenEffects } from './effects.ts';
import type { JwksStore } from './jwks-store.ts';
import type { TokenLocation } from './locations.ts';
import type { Judgement, Requirement } from './requirement.ts';
import { type JwtStatus, jwtStatus } from './status.ts';

/** Of a route: off, or a requirement by name. */
export type JwtPerRoute = { readonly disabled: true } | { readonly requirement: string };

export interface JwtSettings {
  readonly rules: readonly { readonly matches: RequestTest; readonly requirement: Requirement | undefined }[];
  readonly named: ReadonlyMap<string, Requirement>;
  readonly bypassPreflight: boolean;
  readonly stripFailure: boolean;
  readonly clearRouteCache: boolean;
  readonly allowed: Counter;
  readonly denied: Counter;
  readonly bypassed: Counter;
}

/** Of :path in the realm of www-authenticate. */
export const realmPathMax = 256;

export function createJwtAuthn(name: string, settings: JwtSettings, clock: Clock): HttpFilter {
  const { rules, named, bypassPreflight } = settings;
  const judgement = createJudgement();

  const ruleFor = (exchange: Exchange): Requirement | undefined => {
    const request = requestOf(exchange);
    for (let i = 0; i < rules.length; i += 1) if (rules[i]!.matches(request)) return rules[i]!.requirement;
    return undefined;
  };

  /** @returns whether the request goes on now. */
  const judge = (exchange: Exchange, requirement: Requirement, tried: Set<JwksStore> | undefined): boolean => {
    begin(judgement, exchange, Math.floor(clock.now() / 1_000), tried);
    const status = requirement(judgement);
    if (status !== jwtStatus.pending) return finish(exchange, status);
    const store = judgement.waitsFor as JwksStore;
    const next = (tried ?? new Set<JwksStore>()).add(store);
    let waiting = false;
    let settled = false;
    const waits = { over: false };
    exchange.state.set(name, waits);
    store.fetch(() => {
      settled = true;
      if (waiting && !waits.over && judge(exchange, requirement, next)) exchange.proceed();
    });
    if (settled) return judge(exchange, requirement, next);
    waiting = true;
    return false;
  };

  const finish = (exchange: Exchange, status: JwtStatus): boolean => {
    const { failures, removals, effects } = judgement;
    for (let i = 0; i < failures.length; i += 2) {
      const { code, message } = failures[i + 1] as JwtStatus;
      addMetadata(exchange, jwtNamespace, { [failures[i] as string]: { code, message } });
    }
    if (status !== jwtStatus.ok) return deny(exchange, settings, status);
    settings.allowed.add(1);
    // Removed before the headers of claims are set: one may have the name of the other.
    for (let i = 0; i < removals.length; i += 1) (removals[i] as TokenLocation).remove(exchange);
    for (let i = 0; i < effects.length; i += 1) applyEffects(exchange, effects[i] as TokenEffects);
    return effects.length === 0 || !settings.clearRouteCache || exchange.reroute();
  };

  return {
    name,
    onRequest(exchange) {
      if (bypassPreflight && isPreflight(exchange)) {
        settings.bypassed.add(1);
        return true;
      }
      const own = exchange.filterConfig(name) as JwtPerRoute | typeof filterDisabled | undefined;
      if (own === undefined) {
        const requirement = ruleFor(exchange);
        if (requirement !== undefined) return judge(exchange, requirement, undefined);
      } else if (own !== filterDisabled && 'requirement' in own) {
        const requirement = named.get(own.requirement);
        if (requirement === undefined) return denyUnknown(exchange, settings, own.requirement);
        return judge(exchange, requirement, undefined);
      }
      settings.allowed.add(1);
      return true;
    },
    onComplete(exchange) {
      if (exchange.state.size === 0) return;
      const waits = exchange.state.get(name) as { over: boolean } | undefined;
      if (waits !== undefined) waits.over = true;
    },
  };
}

function createJudgement(): Judgement {
  const empty: Partial<Judgement> = { effects: [], removals: [], failures: [] };
  return empty as Judgement;
}

function begin(judgement: Judgement, exchange: Exchange, nowSeconds: number, tried: Set<JwksStore> | undefined): void {
  judgement.exchange = exchange;
  judgement.nowSeconds = nowSeconds;
  judgement.tried = tried;
  judgement.waitsFor = undefined;
  judgement.effects.length = 0;
  judgement.removals.length = 0;
  judgement.failures.length = 0;
}

function isPreflight({ method, request }: Exchange): boolean {
  if (method !== 'OPTIONS') return false;
  const origin = request.header('origin');
  if (origin === undefined || origin === '') return false;
  const asked = request.header('access-control-request-method');
  return asked !== undefined && asked !== '';
}

function deny(exchange: Exchange, settings: JwtSettings, status: JwtStatus): false {
  settings.denied.add(1);
  const { message } = status;
  exchange.reason = `jwt: ${message}`;
  const code = status === jwtStatus.audience ? 403 : 401;
  if (settings.stripFailure) exchange.answer(code, [], '', detailsOf(message));
  else {
    const error = status === jwtStatus.missing ? '' : ', error="invalid_token"';
    const fields = ['www-authenticate', `Bearer realm="${realmOf(exchange)}"${error}`];
    exchange.answer(code, fields, message, detailsOf(message));
  }
  return false;
}

function denyUnknown(exchange: Exchange, settings: JwtSettings, requirement: string): false {
  settings.denied.add(1);
  const known = [...settings.named.keys()].join(',');
  const problem = `Wrong requirement_name: ${requirement}. It should be one of [${known}]`;
  exchange.answer(403, [], settings.stripFailure ? '' : `Failed JWT authentication: ${problem}`, detailsOf(problem));
  return false;
}

function detailsOf(message: string): string {
  return `jwt_authn_access_denied{${message.replace(/\s/g, '_')}}`;
}

function realmOf(exchange: Exchange): string {
  const target = exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
  return `${exchange.scheme}://${exchange.authority}${target.slice(0, realmPathMax)}`;
}

/** Requirement trees as closures: which tokens a request must carry. */

import { type Exchange, refuse } from '@weft/data-runtime';
import type { JwtRequirement } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import type { TokenEffects } from './effects.ts';
import { removeClaimed } from './effects.ts';
import type { JwksStore } from './jwks-store.ts';
import type { TokenLocation } from './locations.ts';
import type { Provider, Providers } from './provider.ts';
import { type JwtStatus, jwtStatus } from './status.ts';
import { parseToken } from './token.ts';

/** One judgement of one request: an object a filter, filled anew for each. */
export interface Judgement {
  exchange: Exchange;
  nowSeconds: number;
  /** Stores that were fetched from for this request; nothing: none yet. */
  tried: Set<JwksStore> | undefined;
  /** Where the judgement stopped with 'pending'. */
  waitsFor: JwksStore | undefined;
  /** Tokens that hold: applied when all is judged. */
  readonly effects: TokenEffects[];
  readonly removals: TokenLocation[];
  /** Key in the metadata and the status, in turns. */
  readonly failures: (string | JwtStatus)[];
}

export type Requirement = (judgement: Judgement) => JwtStatus;

/** Requirements within requirements. */
const depthMax = 16;

/** @throws WeftError `config_rejected` for an unknown provider. */
export function compileRequirement(
  requirement: JwtRequirement,
  providers: Providers,
  where: string,
  depth = 0,
): Requirement {
  if (depth > depthMax) refuse(where, 'requirements are nested too deeply');
  const { requiresType } = requirement;
  switch (requiresType.case) {
    case 'providerName':
      return ofProvider(providers.named(requiresType.value, undefined, where));
    case 'providerAndAudiences':
      return ofProvider(providers.named(requiresType.value.providerName, requiresType.value.audiences, where));
    case 'requiresAll': {
      const all = requiresType.value.requirements.map((one) => compileRequirement(one, providers, where, depth + 1));
      return (judgement) => {
        for (const one of all) {
          const status = one(judgement);
          if (status !== jwtStatus.ok) return status;
        }
        return jwtStatus.ok;
      };
    }
    case 'requiresAny':
      return anyOf(requiresType.value.requirements, providers, where, depth);
    case 'allowMissing':
      return byIssuer(providers.all(), 'missing');
    case 'allowMissingOrFailed':
      return byIssuer(providers.all(), 'failed');
    default:
      return refuse(where, 'a requirement is empty');
  }
}

/**
 * The first that holds. allow_missing stands last, over the providers that the list names. What is answered when none holds: the last
 * failure that is neither a missing token nor an unknown issuer, else an unknown issuer, else a missing token.
 */
function anyOf(list: readonly JwtRequirement[], providers: Providers, where: string, depth: number): Requirement {
  const bypass = (kind: string) => list.some(({ requiresType }) => requiresType.case === kind);
  const regular = list.filter(
    ({ requiresType: { case: kind } }) => kind !== 'allowMissing' && kind !== 'allowMissingOrFailed',
  );
  const tests = regular.map((one) => compileRequirement(one, providers, where, depth + 1));
  const names = [...new Set(regular.flatMap(providerNames))];
  const used = names.length === 0 ? providers.all() : names.map((name) => providers.named(name, undefined, where));
  if (bypass('allowMissingOrFailed')) tests.push(byIssuer(used, 'failed'));
  else if (bypass('allowMissing')) tests.push(byIssuer(used, 'missing'));
  return (judgement) => {
    let final: JwtStatus = jwtStatus.missing;
    for (const test of tests) {
      const status = test(judgement);
      if (status === jwtStatus.ok || status === jwtStatus.pending) return status;
      if (status === jwtStatus.missing) continue;
      if (status !== jwtStatus.unknownIssuer || final === jwtStatus.missing) final = status;
    }
    return final;
  };
}

function providerNames({ requiresType }: JwtRequirement): readonly string[] {
  switch (requiresType.case) {
    case 'providerName':
      return [requiresType.value];
    case 'providerAndAudiences':
      return [requiresType.value.providerName];
    case 'requiresAll':
    case 'requiresAny':
      return requiresType.value.requirements.flatMap(providerNames);
    default:
      return [];
  }
}

/** All tokens in the provider's places must hold; the last place is looked at first. */
function ofProvider(provider: Provider): Requirement {
  const { locations } = provider;
  return (judgement) => {
    removeClaimed(judgement.exchange, provider.claimed);
    let status: JwtStatus = jwtStatus.missing;
    for (let i = locations.length - 1; i >= 0; i -= 1) {
      const location = locations[i] as TokenLocation;
      const text = location.read(judgement.exchange);
      if (text === undefined) continue;
      status = judge(judgement, provider, location, text);
      if (status !== jwtStatus.ok) break;
    }
    if (status !== jwtStatus.ok) noteFailure(judgement, provider, status);
    return status;
  };
}

/** The provider is found by the token's issuer; the token in the first place decides, as in Envoy. */
function byIssuer(providers: readonly Provider[], allow: 'missing' | 'failed'): Requirement {
  const places = new Map<string, TokenLocation>();
  for (const { locations } of providers) for (const one of locations) places.set(one.key, one);
  const locations = [...places.values()];
  return (judgement) => {
    for (const { claimed } of providers) removeClaimed(judgement.exchange, claimed);
    let status: JwtStatus = jwtStatus.missing;
    for (let i = locations.length - 1; i >= 0; i -= 1) {
      const location = locations[i] as TokenLocation;
      const text = location.read(judgement.exchange);
      if (text === undefined) continue;
      status = judgeByIssuer(judgement, providers, location, text);
      if (status === jwtStatus.pending) return status;
      if (status !== jwtStatus.ok) noteFailure(judgement, providers[0], status);
    }
    if (status === jwtStatus.missing) noteFailure(judgement, providers[0], status);
    return allow === 'failed' || status === jwtStatus.missing ? jwtStatus.ok : status;
  };
}

function judgeByIssuer(
  judgement: Judgement,
  providers: readonly Provider[],
  location: TokenLocation,
  text: string,
): JwtStatus {
  const token = parseToken(text);
  if ('code' in token) return token;
  const takes = (one: Provider) => one.locations.some(({ key }) => key === location.key);
  const provider =
    providers.find((one) => one.issuer === token.iss && takes(one)) ??
    providers.find((one) => one.issuer === '' && takes(one));
  return provider === undefined ? jwtStatus.unknownIssuer : judge(judgement, provider, location, text);
}

function judge(judgement: Judgement, provider: Provider, location: TokenLocation, text: string): JwtStatus {
  const { checker } = provider;
  const status = checker.check(text, judgement.nowSeconds, judgement.tried);
  if (status === jwtStatus.pending) judgement.waitsFor = provider.store;
  if (status !== jwtStatus.ok) return status;
  judgement.effects.push(checker.effects);
  if (!provider.forward) judgement.removals.push(location);
  return status;
}

function noteFailure(judgement: Judgement, provider: Provider | undefined, status: JwtStatus): void {
  if (provider === undefined || provider.failedKey === '' || status === jwtStatus.pending) return;
  judgement.failures.push(provider.failedKey, status);
}

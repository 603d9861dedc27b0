/** Checks a token against one provider: issuer, time, audience, subject, signature. */

import { compileTextTest, milliseconds } from '@weft/data-runtime';
import type { Counter } from '@weft/telemetry';
import type { JwtProvider } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { effectsOf, type TokenEffects } from './effects.ts';
import { verifyToken } from './jwks.ts';
import type { JwksStore } from './jwks-store.ts';
import { type JwtStatus, jwtStatus } from './status.ts';
import { type JwtToken, parseToken } from './token.ts';
import { createTokenCache, tokensMax } from './token-cache.ts';

export interface VerifiedToken {
  readonly nbf: number;
  readonly exp: number;
  readonly generation: number;
  readonly effects: TokenEffects;
}

export interface Checker {
  /** 'pending': the store has no keys yet and was not tried for this request. */
  check(text: string, nowSeconds: number, tried: ReadonlySet<JwksStore> | undefined): JwtStatus;
  /** Of the last check that came to 'ok'. */
  readonly effects: TokenEffects;
}

export interface CacheCounters {
  readonly hit: Counter;
  readonly miss: Counter;
}

const defaultSkewSeconds = 60;
const noEffects: TokenEffects = { headers: [], metadata: undefined };

/** @param audiences instead of the provider's (provider_and_audiences). */
export function createChecker(
  provider: JwtProvider,
  audiences: readonly string[],
  store: JwksStore,
  counters: CacheCounters,
  where: string,
): Checker {
  const { issuer, subjects, requireExpiration, jwtCacheConfig } = provider;
  const skew = provider.clockSkewSeconds === 0 ? defaultSkewSeconds : provider.clockSkewSeconds;
  const allowed = new Set(audiences.map(plainAudience));
  const subject = subjects === undefined ? undefined : compileTextTest(subjects, `${where}: subjects`);
  const lifetimeMax =
    provider.maxLifetime === undefined ? Number.POSITIVE_INFINITY : milliseconds(provider.maxLifetime, 0) / 1_000;
  const cache = createTokenCache<VerifiedToken>(jwtCacheConfig?.jwtCacheSize || tokensMax);

  const claimsProblem = (token: JwtToken, now: number): JwtStatus | undefined => {
    if (issuer !== '' && issuer !== token.iss) return jwtStatus.unknownIssuer;
    const time = timeProblem(token, now, skew);
    if (time !== undefined) return time;
    if (allowed.size > 0 && !token.audiences.some((one) => allowed.has(plainAudience(one)))) return jwtStatus.audience;
    if (subject !== undefined && !(token.sub !== '' && subject(token.sub))) return jwtStatus.verificationFails;
    if (token.exp === 0)
      return requireExpiration || lifetimeMax < Number.POSITIVE_INFINITY ? jwtStatus.verificationFails : undefined;
    return token.exp - now > lifetimeMax ? jwtStatus.verificationFails : undefined;
  };

  const checker = {
    effects: noEffects,
    check(text: string, nowSeconds: number, tried: ReadonlySet<JwksStore> | undefined) {
      const known = cache.get(text);
      if (known !== undefined) {
        const time = timeProblem(known, nowSeconds, skew);
        if (time === undefined && known.generation === store.generation && store.keys() !== undefined) {
          counters.hit.add(1);
          checker.effects = known.effects;
          return jwtStatus.ok;
        }
        cache.delete(text);
      }
      counters.miss.add(1);
      const token = parseToken(text);
      if ('code' in token) return token;
      const problem = claimsProblem(token, nowSeconds);
      if (problem !== undefined) return problem;
      const keys = store.keys();
      if (keys === undefined) return tried?.has(store) === true ? jwtStatus.jwksFetch : jwtStatus.pending;
      const status = verifyToken(keys, token);
      if (status !== jwtStatus.ok) return status;
      checker.effects = effectsOf(provider, token);
      cache.set(text, { nbf: token.nbf, exp: token.exp, generation: store.generation, effects: checker.effects });
      return status;
    },
  };
  return checker;
}

function timeProblem({ nbf, exp }: { nbf: number; exp: number }, now: number, skew: number): JwtStatus | undefined {
  if (nbf > now + skew) return jwtStatus.notYetValid;
  return exp > 0 && now > exp + skew ? jwtStatus.expired : undefined;
}

/** "https://a.test/" and "a.test" are one audience, as in Envoy. */
function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** Session tokens: ES256 JWTs, and the public key that they are checked with. */

import type { Clock } from '@weft/kernel';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { TokenIssuer } from '../../application/accounts.ts';

const tokenIssuerName = 'user.shop';
const tokenAudience = 'shop';
const tokenSeconds = 15 * 60;

/** A key pair with its id (RFC 7638 thumbprint). */
export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

export interface JwksTokenIssuer extends TokenIssuer {
  readonly jwks: { readonly keys: readonly JWK[] };
}

export async function createTokenIssuer(
  { kid, publicJwk, privateJwk }: SigningKey,
  clock: Clock,
): Promise<JwksTokenIssuer> {
  const key = await importJWK(privateJwk, 'ES256');
  return {
    jwks: { keys: [{ ...publicJwk, kid, alg: 'ES256', use: 'sig' }] },
    issue(userId) {
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
        .setSubject(userId)
        .setIssuer(tokenIssuerName)
        .setAudience(tokenAudience)
        .setIssuedAt(now)
        .setExpirationTime(now + tokenSeconds)
        .sign(key);
    },
  };
}

/** Whether a JWT-SVID is what it says (SPIFFE JWT-SVID, sections 2 to 5): a pure function. */

import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { WeftError } from '@weft/kernel';
import { parseSpiffeId } from '../spiffe-id.ts';

/** Longest token looked at, UTF-16 units. */
export const jwtSvidLengthMax = 16_384;
/** Clocks may differ by so much, seconds. */
const leewaySeconds = 60;

export interface JwtSvid {
  readonly spiffeId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface JwtSvidCheck {
  readonly svid: string;
  /** One that the token must be for. */
  readonly audience: string;
  /** JWK set of the trust domain, JSON. */
  readonly keys: string;
  readonly trustDomain: string;
  readonly nowMs: number;
}

const algorithms: Readonly<Record<string, { readonly kty: string; readonly hash: string }>> = {
  ES256: { kty: 'EC', hash: 'sha256' },
  ES384: { kty: 'EC', hash: 'sha384' },
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
};

/** @throws WeftError token_invalid whose message says why, without the token. */
export function verifyJwtSvid(check: JwtSvidCheck): JwtSvid {
  const { svid, audience, trustDomain } = check;
  const [head, body, signature, ...rest] = svid.split('.');
  if (svid.length > jwtSvidLengthMax || signature === undefined || rest.length > 0)
    throw invalid('it is no signed JWT');
  const { alg, kid, typ } = jsonOf(head);
  if (typ !== undefined && typ !== 'JWT' && typ !== 'JOSE') throw invalid('its type is not JWT');
  const algorithm = algorithms[String(alg)];
  if (algorithm === undefined) throw invalid('its algorithm is not taken');
  const key = keyOf(check.keys, kid, algorithm.kty);
  if (key === undefined) throw invalid('no key of the trust domain has its key id');
  const signed = verify(
    algorithm.hash,
    Buffer.from(`${head}.${body}`),
    { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!signed) throw invalid('its signature is wrong');
  const claims = jsonOf(body);
  const { sub, aud, exp, nbf } = claims;
  const now = check.nowMs / 1000;
  if (typeof exp !== 'number' || exp + leewaySeconds <= now) throw invalid('it has expired, or never does');
  if (typeof nbf === 'number' && nbf - leewaySeconds > now) throw invalid('it is not valid yet');
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(audience)) throw invalid('it is for another audience');
  if (typeof sub !== 'string' || parseSpiffeId(sub)?.trustDomain !== trustDomain) {
    throw invalid('its subject is no identity of the trust domain');
  }
  return { spiffeId: sub, claims };
}

function keyOf(keys: string, kid: unknown, kty: string): JsonWebKey | undefined {
  const list = (JSON.parse(keys) as { keys?: readonly JsonWebKey[] }).keys ?? [];
  return list.find((key) => key['kid'] === kid && key.kty === kty && key['use'] === 'jwt-svid');
}

function jsonOf(part: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The answer is the same.
  }
  throw invalid('it is no signed JWT');
}

function invalid(why: string): WeftError {
  return new WeftError('token_invalid', `the JWT-SVID is not valid: ${why}`);
}

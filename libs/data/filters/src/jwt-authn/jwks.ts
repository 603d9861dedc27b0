/** A JSON Web Key Set (RFC 7517) as keys that verify. */

import {
  constants,
  createHmac,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { type JwtStatus, jwtStatus } from './status.ts';
import type { JwtToken } from './token.ts';

export interface VerifyKey {
  /** Empty: none. */
  readonly kid: string;
  readonly alg: string;
  readonly kind: 'RSA' | 'EC' | 'OKP' | 'oct';
  /** Of an EC key. */
  readonly curve: string;
  readonly key: KeyObject | Buffer;
}

/** Keys of one set beyond this are not read. */
export const jwksKeysMax = 256;

/** Curve of the algorithm (RFC 7518 section 3.4). */
const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** Keys that cannot be read are left out. @returns nothing: there is no JSON object with keys, or no key that can be used. */
export function parseJwks(text: string): readonly VerifyKey[] | undefined {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) return undefined;
  const keys = list
    .slice(0, jwksKeysMax)
    .map(readKey)
    .filter((key) => key !== undefined);
  return keys.length === 0 ? undefined : keys;
}

/** Where the token names a key, keys of other names are passed over; likewise for a key that names its algorithm. */
export function verifyToken(keys: readonly VerifyKey[], token: JwtToken): JwtStatus {
  let matched = false;
  for (const key of keys) {
    if (token.kid !== '' && key.kid !== '' && token.kid !== key.kid) continue;
    if (key.alg !== '' && key.alg !== token.alg) continue;
    matched = true;
    if (verifies(key, token)) return jwtStatus.ok;
  }
  return matched ? jwtStatus.verificationFails : jwtStatus.noMatchingKey;
}

function readKey(value: unknown): VerifyKey | undefined {
  const jwk = value as JsonWebKey & { kid?: unknown; alg?: unknown };
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kty, kid, alg, crv, k } = jwk;
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP' && kty !== 'oct') return undefined;
  const named = {
    kid: typeof kid === 'string' ? kid : '',
    alg: typeof alg === 'string' ? alg : '',
    kind: kty,
    curve: crv ?? '',
  } as const;
  try {
    if (kty === 'oct') return k === undefined ? undefined : { ...named, key: Buffer.from(k, 'base64url') };
    return { ...named, key: createPublicKey({ key: jwk, format: 'jwk' }) };
  } catch {
    return undefined;
  }
}

function verifies({ kind, curve, key }: VerifyKey, { alg, signed, signature }: JwtToken): boolean {
  const family = alg.slice(0, 2);
  const hash = `sha${alg.slice(2)}`;
  try {
    if (kind === 'oct') {
      if (family !== 'HS' || !Buffer.isBuffer(key)) return false;
      const wanted = createHmac(hash, key).update(signed).digest();
      return wanted.length === signature.length && timingSafeEqual(wanted, signature);
    }
    if (Buffer.isBuffer(key)) return false;
    if (kind === 'OKP') return alg === 'EdDSA' && curve === 'Ed25519' && verify(null, signed, key, signature);
    if (kind === 'EC') {
      if (curves[alg] !== curve) return false;
      return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    }
    if (family === 'RS') return verify(hash, signed, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
    if (family !== 'PS') return false;
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    return verify(hash, signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
  } catch {
    return false;
  }
}

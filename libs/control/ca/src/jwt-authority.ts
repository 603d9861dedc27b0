/** Signs JWT-SVIDs with a key that is for nothing else (SPIFFE JWT-SVID, section 3). */

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, WeftError } from '@weft/kernel';
import { SignJWT } from 'jose';
import { fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';

const jwtLifeMs = 300_000;
/** Audiences of one JWT-SVID, and the longest of them. */
export const audiencesMax = 16;
export const audienceLengthMax = 512;

export interface JwtAuthority {
  /** @throws WeftError csr_invalid for audiences out of bounds. */
  sign(spiffeId: string, audience: readonly string[]): Promise<string>;
  /** JWK set, JSON (SPIFFE Trust Domain and Bundle, section 4). */
  readonly keys: string;
}

/** @param folder private; the key is `jwt-key.pem`, made at first use. @throws WeftError state_invalid. */
export async function openJwtAuthority(folder: string, clock: Clock): Promise<JwtAuthority> {
  const path = join(folder, 'jwt-key.pem');
  if (!(await fileExists(path))) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writePrivateFile(path, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  }
  const key = keyOf(await readPrivateFile(path), path);
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(`${x}.${y}`).digest('base64url').slice(0, 22);
  const keys = JSON.stringify({ keys: [{ kty, crv, x, y, kid, use: 'jwt-svid', alg: 'ES256' }] });
  return {
    keys,
    async sign(spiffeId, audience) {
      assertAudience(audience);
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
        .setSubject(spiffeId)
        .setAudience([...audience])
        .setIssuedAt(now)
        .setExpirationTime(now + jwtLifeMs / 1000)
        .sign(key);
    },
  };
}

function keyOf(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Never the cause: it may quote the key.
  }
  throw new WeftError('state_invalid', `${path} is damaged: remove it to have a new key made`);
}

function assertAudience(audience: readonly string[]): void {
  const good = audience.every((one) => one !== '' && one.length <= audienceLengthMax);
  if (audience.length > 0 && audience.length <= audiencesMax && good) return;
  throw new WeftError(
    'csr_invalid',
    `a JWT-SVID has 1 to ${audiencesMax} audiences of up to ${audienceLengthMax} characters`,
  );
}

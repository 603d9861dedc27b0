/** Join tokens: who a workload is, signed with a key that only this control plane holds. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, WeftError } from '@weft/kernel';
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';

const audience = 'istio-ca';
const issuer = 'weft';
/** Longest token looked at, UTF-16 units. */
export const tokenLengthMax = 4096;
export const joinTokenLifeMs = 24 * 3_600_000;

export interface WorkloadIdentity {
  /** "shop/payment-v1"; empty: not bound to one, any of the service account. */
  readonly group: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

export interface JoinTokens {
  /** @param lifeMs 24 h where absent. */
  issueJoinToken(identity: WorkloadIdentity, lifeMs?: number): Promise<string>;
  /** @throws WeftError token_invalid whose message says why, without the token. */
  verifyJoinToken(token: string): Promise<WorkloadIdentity>;
}

/** @param folder private; the key is made there at first use. */
export async function createJoinTokens(folder: string, clock: Clock): Promise<JoinTokens> {
  const path = join(folder, 'join-token.key');
  if (!(await fileExists(path))) await writePrivateFile(path, `${randomBytes(32).toString('base64url')}\n`);
  const key = Buffer.from((await readPrivateFile(path)).trim(), 'base64url');
  if (key.length !== 32) throw new WeftError('state_invalid', `${path} is damaged: remove it to have a new key made`);

  return {
    issueJoinToken(identity, lifeMs = joinTokenLifeMs) {
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({ ...identity })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(`${identity.namespace}/${identity.serviceAccount}`)
        .setIssuedAt(now)
        .setExpirationTime(now + Math.floor(lifeMs / 1000))
        .sign(key);
    },
    async verifyJoinToken(token) {
      if (token.length > tokenLengthMax) throw new WeftError('token_invalid', 'the join token is too long');
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience,
          issuer,
          requiredClaims: ['exp'],
          currentDate: new Date(clock.now()),
        });
        const { group, namespace, serviceAccount } = payload;
        if (typeof group !== 'string' || typeof namespace !== 'string' || typeof serviceAccount !== 'string') {
          throw new WeftError('token_invalid', 'the join token names no workload group');
        }
        return { group, namespace, serviceAccount };
      } catch (error) {
        if (error instanceof WeftError) throw error;
        throw new WeftError('token_invalid', reasonOf(error), error);
      }
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof joseErrors.JWTExpired) return 'the join token has expired';
  if (error instanceof joseErrors.JWSSignatureVerificationFailed) return 'the join token is not of this control plane';
  if (error instanceof joseErrors.JWTClaimValidationFailed) return `the join token has a wrong ${error.claim}`;
  return 'the join token is not a signed JWT';
}

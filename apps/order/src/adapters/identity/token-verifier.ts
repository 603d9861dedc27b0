/** Who calls: the subject of a token that the user service signed. */

import type { Clock } from '@weft/kernel';
import { ServiceError } from '@weft/service-kit';
import { createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { KeySet } from './key-set.ts';

export interface TokenVerifier {
  /** @returns the user's id. @throws ServiceError `token_missing`, `token_invalid`, `dependency_unavailable` */
  userOf(authorization: string | undefined): Promise<string>;
}

const issuer = 'user.shop';
const audience = 'shop';
const tokenCharsMax = 4096;
const claims = z.object({ sub: z.uuid() });

export function createTokenVerifier(keys: KeySet, clock: Clock): TokenVerifier {
  // Imported keys are kept with the set that they came in: importing costs more than verifying.
  const resolvers = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>();
  const resolverOf = (set: JSONWebKeySet): ReturnType<typeof createLocalJWKSet> => {
    const known = resolvers.get(set) ?? createLocalJWKSet(set);
    resolvers.set(set, known);
    return known;
  };
  return {
    async userOf(authorization) {
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (token === undefined) throw new ServiceError('token_missing');
      if (token.length > tokenCharsMax) throw new ServiceError('token_invalid');
      try {
        const { kid } = decodeProtectedHeader(token);
        if (kid === undefined) throw new ServiceError('token_invalid');
        const { payload } = await jwtVerify(token, resolverOf(await keys.keysFor(kid)), {
          issuer,
          audience,
          algorithms: ['ES256'],
          requiredClaims: ['sub', 'exp'],
          currentDate: new Date(clock.now()),
        });
        return claims.parse(payload).sub;
      } catch (error) {
        if (isRefusal(error)) throw new ServiceError('token_invalid', { cause: error });
        throw error;
      }
    },
  };
}

/** A header that cannot be read is a TypeError in jose. */
function isRefusal(error: unknown): boolean {
  return error instanceof errors.JOSEError || error instanceof TypeError || error instanceof z.ZodError;
}

/** The key pair of the tokens, made at the first start and shared by all instances. */

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { SigningKey } from '../crypto/token-issuer.ts';
import type { UserSchema } from './schema.ts';

const publicColumn = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });
const privateColumn = publicColumn.extend({ d: z.string() });

/** Instances that start together wait for one another: one of them makes the key. */
export function loadSigningKey(db: Kysely<UserSchema>): Promise<SigningKey> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('signing_keys', 0))`.execute(trx);
    const row = await trx.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').executeTakeFirst();
    if (row !== undefined) {
      return {
        kid: row.kid,
        publicJwk: publicColumn.parse(row.public_jwk),
        privateJwk: privateColumn.parse(row.private_jwk),
      };
    }
    const made = await makeKey();
    await trx
      .insertInto('signing_keys')
      .values({
        kid: made.kid,
        public_jwk: JSON.stringify(made.publicJwk),
        private_jwk: JSON.stringify(made.privateJwk),
      })
      .execute();
    return made;
  });
}

async function makeKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk: JWK = await exportJWK(publicKey);
  return { kid: await calculateJwkThumbprint(publicJwk), publicJwk, privateJwk: await exportJWK(privateKey) };
}

/** Accounts in PostgreSQL. */

import type { Kysely } from 'kysely';
import type { AccountStore } from '../../application/accounts.ts';
import type { UserSchema } from './schema.ts';

export function createAccountStore(db: Kysely<UserSchema>): AccountStore {
  return {
    async insert({ id, email, name, passwordHash }, identity) {
      const result = await db
        .insertInto('accounts')
        .values({ id, email, email_identity: identity, name, password_hash: passwordHash })
        .onConflict((conflict) => conflict.column('email_identity').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    find: (identity) =>
      db
        .selectFrom('accounts')
        .select(['id', 'email', 'name', 'password_hash as passwordHash'])
        .where('email_identity', '=', identity)
        .executeTakeFirst(),
  };
}

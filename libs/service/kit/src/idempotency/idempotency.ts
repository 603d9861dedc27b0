/** Answers kept by key: the same key and request again get the same answer, without the work. */

import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import { ServiceError } from '../errors/service-error.ts';

export interface IdempotencyTable {
  /** Whose keys: a user, a method. */
  scope: string;
  key: string;
  request_hash: string;
  /** The stored answer; null only within the transaction that makes it. */
  answer: unknown;
  created_at: Date;
}

export interface WithIdempotency {
  idempotency: IdempotencyTable;
}

export interface IdempotentRequest {
  readonly scope: string;
  readonly key: string;
  /** Compared with the first request of the key; must be built from parsed input, so that its form is canonical. */
  readonly request: unknown;
}

/** For a migration. */
export async function createIdempotencyTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table idempotency (
      scope text not null,
      key text not null,
      request_hash text not null,
      answer jsonb,
      created_at timestamptz not null default now(),
      primary key (scope, key)
    )`.execute(db);
}

/**
 * Does `work` once a key, in the caller's transaction; a concurrent call with the same key waits for it.
 * @throws ServiceError `idempotency_conflict` when the key was used for another request
 */
export async function onceByKey<T extends WithIdempotency, A>(
  trx: Transaction<T>,
  { scope, key, request }: IdempotentRequest,
  work: () => Promise<A>,
): Promise<A> {
  const own = trx as unknown as Transaction<WithIdempotency>;
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const inserted = await own
    .insertInto('idempotency')
    .values({ scope, key, request_hash: hash, answer: null, created_at: sql`now()` })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 1n) {
    const answer = await work();
    await own
      .updateTable('idempotency')
      .set({ answer: JSON.stringify(answer) })
      .where('scope', '=', scope)
      .where('key', '=', key)
      .execute();
    return answer;
  }
  const stored = await own
    .selectFrom('idempotency')
    .select(['request_hash', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (stored.request_hash !== hash) throw new ServiceError('idempotency_conflict');
  return stored.answer as A;
}

/** Messages that leave with a state change: written in its transaction, so that both happen or neither. */

import { injectTrace } from '@weft/service-tracing';
import { type Generated, type Kysely, sql, type Transaction } from 'kysely';

export interface OutboxTable {
  id: Generated<string>;
  topic: string;
  payload: unknown;
  attempts: Generated<number>;
  due_at: Generated<Date>;
  /** The relay that delivers it now; null: nobody. */
  owner: number | null;
  /** Trace of the request that caused it. */
  traceparent: string | null;
  created_at: Generated<Date>;
}

export interface WithOutbox {
  outbox: OutboxTable;
}

export interface OutgoingMessage {
  /** Selects the handler. */
  readonly topic: string;
  readonly payload: unknown;
}

/** For a migration. */
export async function createOutboxTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox (
      id bigserial primary key,
      topic text not null,
      payload jsonb not null,
      attempts integer not null default 0,
      due_at timestamptz not null default now(),
      owner integer,
      traceparent text,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index outbox_free on outbox (due_at, id) where owner is null`.execute(db);
}

/** The relay's `wake` after the commit delivers it at once; without it the relay finds it at its next look. */
export async function enqueue<T extends WithOutbox>(trx: Transaction<T>, message: OutgoingMessage): Promise<void> {
  await insertMessage(trx as unknown as Transaction<WithOutbox>, message, injectTrace().traceparent ?? null);
}

/** Writes a message that is nobody's. @param traceparent of the request that caused it. */
export async function insertMessage(
  trx: Transaction<WithOutbox>,
  { topic, payload }: OutgoingMessage,
  traceparent: string | null,
): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({ topic, payload: JSON.stringify(payload), owner: null, traceparent })
    .execute();
}

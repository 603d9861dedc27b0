/** The table of the outbox as relays use it: claim, settle, put back. */

import { type Kysely, sql, type Transaction } from 'kysely';
import { insertMessage, type OutgoingMessage, type WithOutbox } from './outbox.ts';
import { livingOwnersSql } from './ownership.ts';

/** A message that a relay owns. */
export interface ClaimedMessage {
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
  /** Failed ones so far. */
  readonly attempts: number;
  readonly traceparent: string | null;
}

export interface OutboxQueue<T> {
  /** At most `room` messages that are due and nobody's; they are `owner`'s then. */
  claim(owner: number, room: number): Promise<readonly ClaimedMessage[]>;
  /** Frees what dead relays owned, and what `owner` owns without delivering it because an answer of the database got lost. */
  freeOrphans(owner: number, inFlight: readonly string[]): Promise<void>;
  /** Removes the message, does `work` and writes what it returns, in one transaction; nothing when it was removed before. */
  settle(message: ClaimedMessage, work: (trx: Transaction<T>) => Promise<readonly OutgoingMessage[]>): Promise<void>;
  /** Counts a failed attempt and makes the message free, due after the pause. */
  postpone(message: ClaimedMessage, owner: number, pauseMs: number): Promise<void>;
}

export function createQueue<T extends WithOutbox>(database: Kysely<T>): OutboxQueue<T> {
  const db = database as unknown as Kysely<WithOutbox>;
  return {
    async claim(owner, room) {
      const { rows } = await sql<ClaimedMessage>`
        update outbox set owner = ${owner} where id in (
          select id from outbox where owner is null and due_at <= now()
          order by due_at, id limit ${room} for update skip locked
        ) returning id, topic, payload, attempts, traceparent`.execute(db);
      return rows;
    },
    async freeOrphans(owner, inFlight) {
      await sql`
        update outbox set owner = null where owner is not null and (
          (owner = ${owner} and not (id = any(${[...inFlight]}::bigint[])))
          or owner not in (${sql.raw(livingOwnersSql)})
        )`.execute(db);
    },
    settle: (message, work) =>
      db.transaction().execute(async (trx) => {
        const deleted = await trx.deleteFrom('outbox').where('id', '=', message.id).executeTakeFirst();
        if (deleted.numDeletedRows !== 1n) return;
        for (const next of await work(trx as unknown as Transaction<T>)) {
          await insertMessage(trx, next, message.traceparent);
        }
      }),
    async postpone({ id }, owner, pauseMs) {
      await sql`
        update outbox set owner = null, attempts = attempts + 1,
          due_at = now() + ${Math.round(pauseMs)} * interval '1 millisecond'
        where id = ${id} and owner = ${owner}`.execute(db);
    },
  };
}

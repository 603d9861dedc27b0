/** Delivers what the outbox holds: soon after the commit, again after a failure, for ever, and after a restart. */

import { type Cancel, type Clock, delay, type Random } from '@weft/kernel';
import { deadline, jitteredPauseMs, runUnder } from '@weft/service-resilience';
import { startServerSpan } from '@weft/service-tracing';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { insertMessage, type OutgoingMessage, type WithOutbox } from './outbox.ts';
import { livingOwnersSql, type Ownership } from './ownership.ts';

/**
 * Removes the message, does `work` and writes the messages that it returns, in one transaction. Without effect when the
 * message was settled before: a message may be delivered twice, but it is settled once.
 */
export type Settle<T> = (work: (trx: Transaction<T>) => Promise<readonly OutgoingMessage[]>) => Promise<void>;

/** Makes the call that a message stands for, then settles it. Whatever it throws leads to another attempt. */
export type MessageHandler<T> = (payload: unknown, settle: Settle<T>) => Promise<void>;

export interface RelayOptions<T> {
  readonly db: Kysely<T>;
  readonly ownership: Ownership;
  /** By topic. */
  readonly handlers: Readonly<Record<string, MessageHandler<T>>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly inFlightMax?: number;
  /** How long one attempt may take. */
  readonly attemptMaxMs?: number;
  /** Bound of the pause between two attempts. */
  readonly pauseMaxMs?: number;
  /** How often it looks without being woken. */
  readonly pollMs?: number;
}

export interface Relay {
  start(): Promise<void>;
  /** There may be something to deliver. */
  wake(): void;
  /** Takes nothing more and waits for what is being delivered, at most `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

interface Claimed {
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly traceparent: string | null;
}

export function createRelay<T extends WithOutbox>(options: RelayOptions<T>): Relay {
  const { clock, random, log, metrics, ownership, inFlightMax = 32, pollMs = 500 } = options;
  const { attemptMaxMs = 15_000, pauseMaxMs = 2000 } = options;
  const db = options.db as unknown as Kysely<WithOutbox>;
  const inFlight = new Map<string, Promise<void>>();
  let running = false;
  let looking = false;
  let lookAgain = false;
  let cancelPoll: Cancel = () => {};

  const claim = async (owner: number): Promise<readonly Claimed[]> => {
    const room = inFlightMax - inFlight.size;
    if (room <= 0) return [];
    const { rows } = await sql<Claimed>`
      update outbox set owner = ${owner} where id in (
        select id from outbox where owner is null and due_at <= now() order by due_at, id limit ${room} for update skip locked
      ) returning id, topic, payload, attempts, traceparent`.execute(db);
    return rows;
  };

  /** Frees what dead relays owned, and what this one owns without delivering it because an answer of the database got lost. */
  const freeOrphans = async (owner: number): Promise<void> => {
    await sql`
      update outbox set owner = null where owner is not null and (
        (owner = ${owner} and not (id = any(${[...inFlight.keys()]}::bigint[])))
        or owner not in (${sql.raw(livingOwnersSql)})
      )`.execute(db);
  };

  const look = async (orphansToo: boolean): Promise<void> => {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    try {
      do {
        lookAgain = false;
        const owner = ownership.current();
        if (!running || owner === null) return;
        if (orphansToo) await freeOrphans(owner);
        orphansToo = false;
        for (const message of await claim(owner)) take(message, owner);
      } while (lookAgain);
    } catch (error) {
      log.warn({ error }, 'the outbox cannot be read; it is tried again');
    } finally {
      looking = false;
    }
  };

  const wake = (): void => {
    if (running) void look(false);
  };

  const take = (message: Claimed, owner: number): void => {
    const span = startServerSpan(`outbox ${message.topic}`, { traceparent: message.traceparent ?? undefined });
    const done = span.run(() => deliver(message, owner));
    inFlight.set(message.id, done);
    metrics.outboxInFlight.set(inFlight.size);
    void done.finally(() => {
      inFlight.delete(message.id);
      metrics.outboxInFlight.set(inFlight.size);
      span.end();
      wake();
    });
  };

  const deliver = async (message: Claimed, owner: number): Promise<void> => {
    const { topic } = message;
    try {
      const handler = options.handlers[topic];
      if (handler === undefined) throw new Error(`no handler for topic "${topic}"`);
      await runUnder(deadline({ timeoutMs: attemptMaxMs, clock }), () =>
        handler(message.payload, (work) => settle(message, work)),
      );
      metrics.outboxDelivered.inc({ topic });
    } catch (error) {
      metrics.outboxFailed.inc({ topic });
      const pauseMs = jitteredPauseMs({ baseMs: 100, capMs: pauseMaxMs }, message.attempts + 1, random);
      log.warn({ error, topic, attempts: message.attempts + 1, pauseMs: Math.round(pauseMs) }, 'a delivery failed');
      await postpone(message, owner, pauseMs);
    }
  };

  const settle = async (message: Claimed, work: Parameters<Settle<T>>[0]): Promise<void> => {
    await db.transaction().execute(async (trx) => {
      const deleted = await trx.deleteFrom('outbox').where('id', '=', message.id).executeTakeFirst();
      if (deleted.numDeletedRows !== 1n) return;
      for (const next of await work(trx as unknown as Transaction<T>)) {
        await insertMessage(trx, next, null, message.traceparent);
      }
    });
  };

  const postpone = async ({ id }: Claimed, owner: number, pauseMs: number): Promise<void> => {
    try {
      await sql`
        update outbox set owner = null, attempts = attempts + 1, due_at = now() + ${Math.round(pauseMs)} * interval '1 millisecond'
        where id = ${id} and owner = ${owner}`.execute(db);
      clock.after(pauseMs + 1, wake);
    } catch (error) {
      log.warn({ error }, 'a message cannot be put back; it is found as an orphan');
    }
  };

  return {
    wake,
    async start() {
      await ownership.start();
      running = true;
      cancelPoll = clock.every(pollMs, () => void look(true));
      void look(true);
    },
    async stop(drainMs) {
      running = false;
      cancelPoll();
      await Promise.race([Promise.all(inFlight.values()), delay(clock, drainMs)]);
      await ownership.stop();
    },
  };
}

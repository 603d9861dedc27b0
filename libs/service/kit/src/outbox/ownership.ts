/** Who delivers what: a relay owns messages as long as its connection holds a lock, which its death ends at once. */

import { type Clock, delay, type Random } from '@weft/kernel';
import { jitteredPauseMs } from '@weft/service-resilience';
import pg from 'pg';
import type { Logger } from '../observe/logger.ts';

/** First key of the advisory locks; the second is the owner's number. */
const lockClass = 0x73686f70;

export interface Ownership {
  /** Number of this relay; null while its connection is broken. */
  current(): number | null;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface OwnershipOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** SQL for the numbers of the living owners of this database. */
export const livingOwnersSql = `select l.objid::bigint::integer from pg_locks l
  join pg_database d on d.oid = l.database and d.datname = current_database()
  where l.locktype = 'advisory' and l.classid = ${lockClass} and l.granted`;

/** A broken connection gets a new number: what the old one owned is free then, since its lock is gone. */
export function createOwnership({ url, clock, random, log }: OwnershipOptions): Ownership {
  let client: pg.Client | undefined;
  let owner: number | null = null;
  let stopped = false;

  const connect = async (): Promise<void> => {
    const opened = new pg.Client({ connectionString: url, application_name: 'outbox-relay', keepAlive: true });
    opened.on('error', (error) => {
      log.warn({ error }, "the outbox relay's connection broke");
      void lost(opened);
    });
    opened.on('end', () => void lost(opened));
    try {
      await opened.connect();
      const candidate = 1 + Math.floor(random() * 0x7ffffffe);
      await opened.query('select pg_advisory_lock($1, $2)', [lockClass, candidate]);
      client = opened;
      owner = candidate;
    } catch (error) {
      await opened.end().catch(() => {});
      throw error;
    }
  };

  const lost = async (which: pg.Client): Promise<void> => {
    if (which !== client) return;
    client = undefined;
    owner = null;
    for (let failures = 1; !stopped && client === undefined; failures++) {
      await delay(clock, jitteredPauseMs({ baseMs: 100, capMs: 5000 }, failures, random));
      if (stopped) return;
      await connect().catch((error: unknown) => log.warn({ error }, 'the outbox relay cannot connect'));
    }
  };

  return {
    current: () => owner,
    start: connect,
    async stop() {
      stopped = true;
      const open = client;
      client = undefined;
      owner = null;
      await open?.end();
    },
  };
}

/** The service's own PostgreSQL: a bounded pool, typed queries, waiting for it to be there. */

import { type Clock, delay, type Random } from '@weft/kernel';
import { jitteredPauseMs } from '@weft/service-resilience';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../observe/logger.ts';

export interface DatabaseOptions {
  /** postgres://user:password@host:port/name */
  readonly url: string;
  readonly connectionsMax?: number;
  readonly applicationName: string;
  readonly log: Logger;
}

export interface Database<T> {
  readonly db: Kysely<T>;
  /** Nothing, or why no query can be made now. */
  check(): Promise<string | undefined>;
  stop(): Promise<void>;
}

export function openDatabase<T>(options: DatabaseOptions): Database<T> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: options.applicationName,
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would crash the process.
  pool.on('error', (error) => options.log.warn({ error }, 'an idle database connection broke'));
  const db = new Kysely<T>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    async check() {
      try {
        await sql`select 1`.execute(db);
        return undefined;
      } catch {
        return 'the database does not answer';
      }
    },
    stop: () => db.destroy(),
  };
}

export interface WaitOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** All attempts together. */
  readonly waitMaxMs: number;
}

/** Resolves when `attempt` succeeds. @throws the last failure after `waitMaxMs` */
export async function waitForDatabase(attempt: () => Promise<void>, options: WaitOptions): Promise<void> {
  const { clock, random, log, waitMaxMs } = options;
  const until = clock.monotonic() + waitMaxMs;
  for (let failures = 1; ; failures++) {
    try {
      await attempt();
      return;
    } catch (error) {
      const pauseMs = 50 + jitteredPauseMs({ baseMs: 100, capMs: 2000 }, failures, random);
      if (clock.monotonic() + pauseMs > until) throw error;
      log.warn({ error, failures, pauseMs: Math.round(pauseMs) }, 'the database is not there yet');
      await delay(clock, pauseMs);
    }
  }
}

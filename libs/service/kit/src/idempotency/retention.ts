/** Answers by key are kept for a while, not for ever. */

import type { Cancel, Clock, Part } from '@weft/kernel';
import { type Kysely, sql } from 'kysely';
import type { Logger } from '../observe/logger.ts';
import type { WithIdempotency } from './idempotency.ts';

/** How long a key answers the same; a client that repeats later starts anew. */
export const answersKeptDays = 30;
const periodMs = 60 * 60 * 1000;

/** Forgets old answers at the start and every hour. */
export function answerRetention<T extends WithIdempotency>(db: Kysely<T>, clock: Clock, log: Logger): Part {
  let cancel: Cancel = () => {};
  const forget = async (): Promise<void> => {
    try {
      await sql`delete from idempotency where created_at < now() - ${answersKeptDays} * interval '1 day'`.execute(db);
    } catch (error) {
      log.warn({ error }, 'old answers cannot be forgotten; it is tried again in an hour');
    }
  };
  return {
    name: 'answer retention',
    async start() {
      await forget();
      cancel = clock.every(periodMs, () => void forget());
    },
    stop: () => cancel(),
  };
}

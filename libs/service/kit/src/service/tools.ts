/** What every service is built with. */

import type { Clock, Random } from '@weft/kernel';
import type { Discovery } from '@weft/service-discovery';
import type { Kysely } from 'kysely';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';

export interface ServiceTools<T> {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly db: Kysely<T>;
  /** Of the service's own database, for what needs a connection of its own. */
  readonly databaseUrl: string;
  readonly discovery: Discovery | undefined;
  /** Milliseconds that stopping may wait for work in progress. */
  readonly drainMs: number;
}

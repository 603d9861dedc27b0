/** Brings a database to the schema of this code: migrations in order, each once, also when instances start together. */

import { type Kysely, type Migration, Migrator } from 'kysely';
import type { Logger } from '../observe/logger.ts';

/** By name; names sort in the order of their making: "001_orders". */
export type Migrations = Readonly<Record<string, Migration>>;

/** Kysely takes an advisory lock in PostgreSQL, so that concurrent starts run one after another. @throws what failed */
export async function migrate<T>(db: Kysely<T>, migrations: Migrations, log: Logger): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? []) log.info({ migration: result.migrationName, status: result.status }, 'migration');
  if (error !== undefined) throw error;
}

/** A real PostgreSQL for a test. */
export type { TestPostgres } from './postgres.ts';
export { startPostgres } from './postgres.ts';

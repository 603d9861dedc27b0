/** What a drill needs of a mesh that `npm start` runs: its processes, its databases, its access log. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { delay, systemClock } from '@weft/kernel';
import { defaultPorts, layoutOf, readRunFile } from '@weft/operator-launcher';
import pg from 'pg';

const startedWithinMs = 15_000;
const settledWithinMs = 60_000;
/** The access log is written in intervals of up to a second. */
const logWithinMs = 5_000;

export interface RunningMesh {
  /** SIGKILL. @returns the pid. @throws Error when the launcher runs no process of that name. */
  kill(name: string): number;
  /** Resolves with the new pid when the launcher has started the process again. */
  started(name: string, oldPid: number): Promise<number>;
  /** Resolves when no order is open any more, or after a minute. */
  settled(): Promise<void>;
  /** Those of the paths (with query) that no entry of the gateway's access log explains. Prints the others' reasons. */
  withoutReason(paths: readonly string[]): Promise<string[]>;
  readonly postgres: { query<Row>(database: string, text: string): Promise<Row[]> };
  close(): Promise<void>;
}

interface AccessLogEntry {
  readonly path: string;
  readonly response_code: number;
  readonly response_flags: string;
  readonly response_code_details: string;
  readonly reason: string;
}

export function openRunningMesh(dir: string): RunningMesh {
  const layout = layoutOf(dir);
  const record = () => {
    const found = readRunFile(layout.runFile);
    if (found === undefined) throw new Error(`No mesh runs from ${dir}. Start one: npm start`);
    return found;
  };
  const pidOf = (name: string): number | undefined => record().processes.find((process) => process.name === name)?.pid;
  const postgres = openDatabases(layout.postgres);
  const { query } = postgres;

  return {
    postgres,
    kill(name) {
      const pid = pidOf(name);
      if (pid === undefined) throw new Error(`${name} is not a process of the mesh in ${dir}`);
      process.kill(pid, 'SIGKILL');
      return pid;
    },
    async started(name, oldPid) {
      const until = systemClock.monotonic() + startedWithinMs;
      for (;;) {
        const pid = pidOf(name);
        if (pid !== undefined && pid !== oldPid) return pid;
        if (systemClock.monotonic() > until)
          throw new Error(`${name} was not started again within ${startedWithinMs} ms`);
        await delay(systemClock, 50);
      }
    },
    async settled() {
      const until = systemClock.monotonic() + settledWithinMs;
      const open =
        "select (select count(*) from orders where state not in ('confirmed', 'rejected')) + (select count(*) from outbox) as n";
      while (Number((await query<{ n: string }>('order', open))[0]?.n) > 0 && systemClock.monotonic() < until) {
        await delay(systemClock, 200);
      }
    },
    async withoutReason(paths) {
      const missing = new Set(paths);
      const reasons = new Map<string, number>();
      const until = systemClock.monotonic() + logWithinMs;
      while (missing.size > 0 && systemClock.monotonic() < until) {
        await delay(systemClock, 250);
        for (const line of readFileSync(layout.accessLogOf('gateway'), 'utf8').split('\n')) {
          if (!line.includes('"path":"') || !line.endsWith('}')) continue;
          const entry = JSON.parse(line) as AccessLogEntry;
          if (entry.reason === '' || !missing.delete(entry.path)) continue;
          const said = `${entry.response_code} ${entry.response_flags} ${entry.response_code_details} (${entry.reason})`;
          reasons.set(said, (reasons.get(said) ?? 0) + 1);
        }
      }
      for (const [said, times] of reasons) console.log(`  ${times} × ${said}`);
      return [...missing];
    },
    close: postgres.close,
  };
}

interface Databases {
  query<Row>(database: string, text: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** The services' databases, with the launcher's passwords. @param dir folder of the server. */
function openDatabases(dir: string): Databases {
  const { passwords } = JSON.parse(readFileSync(join(dir, 'credentials.json'), 'utf8')) as {
    passwords: Record<string, string>;
  };
  const pools = new Map<string, pg.Pool>();
  const poolOf = (database: string): pg.Pool => {
    let pool = pools.get(database);
    if (pool === undefined) {
      const password = passwords[database];
      if (password === undefined) throw new Error(`there is no password for the database "${database}"`);
      const { postgres: port } = defaultPorts;
      pool = new pg.Pool({ host: '127.0.0.1', port, user: database, database, password, max: 1 });
      pools.set(database, pool);
    }
    return pool;
  };
  return {
    query: async <Row>(database: string, text: string) => (await poolOf(database).query(text)).rows as Row[],
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

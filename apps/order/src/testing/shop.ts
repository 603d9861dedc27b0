/** The four services as processes that find one another by discovery, with no mesh in sight. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { delay, systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { startPostgres, type TestPostgres } from '@weft/testing-postgres';

export const serviceNames = ['user', 'inventory', 'payment', 'order'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Shop {
  readonly postgres: TestPostgres;
  /** Of a service's HTTP port, which it keeps across restarts. */
  url(service: ServiceName): string;
  /** Resolves when the process is there, not when it is ready. */
  start(service: ServiceName): void;
  /** SIGKILL. Resolves when the process is gone. @returns false when it was gone before. */
  kill(service: ServiceName): Promise<boolean>;
  /** SIGTERM. @returns the exit code. */
  terminate(service: ServiceName): Promise<number | null>;
  /** @throws with the end of the log when the service is not ready in time. */
  ready(service: ServiceName): Promise<void>;
  log(service: ServiceName): string;
  /** Bytes of memory, from /proc; undefined elsewhere. */
  residentBytes(service: ServiceName): number | undefined;
  stop(): Promise<void>;
}

const top = resolve(import.meta.dirname, '../../../..');
const readyMaxMs = 20_000;

/** Bundles what is not bundled, starts the database and the services. @param settings more environment, by service. */
export async function startShop(settings: Partial<Record<ServiceName, Record<string, string>>> = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'));
  const program = (name: ServiceName): string => join(folder, `${name}.mjs`);
  for (const name of serviceNames) {
    bundle(name);
    // A copy, since somebody may build while the test runs.
    copyFileSync(join(top, 'apps', name, 'dist', 'main.js'), program(name));
  }
  const postgres = await startPostgres(serviceNames);
  const ports = new Map<ServiceName, number>();
  for (const name of serviceNames) ports.set(name, await freePort());
  const children = new Map<ServiceName, ChildProcess>();
  const logFile = (name: ServiceName): string => join(folder, `${name}.log`);
  const url = (name: ServiceName): string => `http://127.0.0.1:${ports.get(name)}`;

  const start = (name: ServiceName): void => {
    const log = openSync(logFile(name), 'a');
    const child = spawn(process.execPath, [program(name)], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env['PATH'],
        HTTP_PORT: String(ports.get(name)),
        GRPC_PORT: '0',
        DATABASE_URL: postgres.url(name),
        DISCOVERY: `file:${join(folder, 'discovery')}`,
        ...settings[name],
      },
    });
    children.set(name, child);
  };
  const end = async (name: ServiceName, signal: NodeJS.Signals): Promise<number | null> => {
    const child = children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((settled) => child.once('exit', (code) => settled(code)));
    child.kill(signal);
    return gone;
  };
  const shop: Shop = {
    postgres,
    url,
    start,
    kill: async (name) => {
      await end(name, 'SIGKILL');
      return children.get(name)?.signalCode === 'SIGKILL';
    },
    terminate: (name) => end(name, 'SIGTERM'),
    log: (name) => readFileSync(logFile(name), 'utf8'),
    residentBytes: (name) => residentBytes(children.get(name)?.pid),
    async ready(name) {
      const until = systemClock.monotonic() + readyMaxMs;
      while (systemClock.monotonic() < until) {
        const answer = await fetch(`${url(name)}/health/ready`).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer?.status === 200) return;
        await delay(systemClock, 20);
      }
      throw new Error(`${name} is not ready; its log ends:\n${shop.log(name).slice(-3000)}`);
    },
    async stop() {
      for (const name of serviceNames) await end(name, 'SIGKILL');
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    for (const name of serviceNames) start(name);
    for (const name of serviceNames) await shop.ready(name);
  } catch (error) {
    await shop.stop();
    throw error;
  }
  return shop;
}

/** Bundles a service whose bundle is missing or older than what it is made of. */
function bundle(name: ServiceName): void {
  const made = statSync(join(top, 'apps', name, 'dist', 'main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = [`apps/${name}/src`, 'libs/service', 'libs/kernel/src'];
  if (sources.every((folder) => newestMs(join(top, folder)) < made)) return;
  execFileSync(process.execPath, ['scripts/bundle.mjs', `apps/${name}`], { cwd: top, stdio: 'inherit' });
}

function newestMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file));
  return Math.max(0, ...files.filter(isSource).map((file) => statSync(join(folder, file)).mtimeMs));
}

function isSource(file: string): boolean {
  return !file.includes('node_modules') && !file.includes('testing/') && !file.endsWith('.test.ts');
}

function residentBytes(pid: number | undefined): number | undefined {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match === null ? undefined : Number(match[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** Which ports are taken, and by whom. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { LaunchError } from '../launch-error.ts';

export interface WantedPort {
  readonly port: number;
  /** Who wants it: "order-sidecar". */
  readonly by: string;
}

/** @throws LaunchError that names every busy port, who wants it and, where /proc tells, who has it. */
export async function assertPortsFree(wanted: readonly WantedPort[], host = '127.0.0.1'): Promise<void> {
  const checks = await Promise.all(wanted.map(async (item) => ({ item, failure: await tryListen(item.port, host) })));
  const busy = checks.filter((check) => check.failure === 'EADDRINUSE').map((check) => check.item);
  const denied = checks.find((check) => check.failure === 'EACCES');
  if (denied !== undefined) {
    throw new LaunchError(
      'no-permission',
      `this user may not listen on port ${denied.item.port} (for ${denied.item.by}); choose ports from 1024 with --port-base`,
    );
  }
  if (busy.length === 0) return;
  const first = busy.slice(0, 4).map(describe);
  const more = busy.length > first.length ? [`${busy.length - first.length} more`] : [];
  const list = [...first, ...more].join('; ');
  throw new LaunchError(
    'port-busy',
    `${busy.length === 1 ? 'port' : 'ports'} ${list}; stop ${busy.length === 1 ? 'that process' : 'those processes'}${
      busy.some((item) => item.port >= 20_000) ? ', or move the services with --port-base' : ''
    } and try again`,
  );
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryListen(port, host)) === undefined;
}

/** Code of the failure to listen there; nothing where it is free. */
function tryListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'EUNKNOWN'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function describe(item: WantedPort): string {
  const owner = ownerOf(item.port);
  return `${item.port} (for ${item.by}) is in use${owner === undefined ? '' : ` by ${owner}`}`;
}

/** "node (pid 4711)"; nothing where the system does not tell. */
export function ownerOf(port: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    if (holdsOne(entry, inodes)) return `${nameOf(entry)} (pid ${entry})`;
  }
  return undefined;
}

function listeningInodes(port: number): ReadonlySet<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(table)) {
      const fields = line.trim().split(/\s+/);
      // 0A is LISTEN; field 9 is the socket's inode.
      if (fields[3] === '0A' && fields[1]?.endsWith(`:${hex}`) === true) inodes.add(fields[9] ?? '');
    }
  }
  return inodes;
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function holdsOne(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false;
  }
}

function nameOf(pid: string): string {
  try {
    const parts = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((part) => part !== '');
    return parts.slice(0, 3).join(' ').slice(0, 80);
  } catch {
    return 'a process';
  }
}

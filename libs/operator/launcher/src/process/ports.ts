/** Which ports are taken, and by whom. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname } from 'node:path';
import { LaunchError } from '../launch-error.ts';
import { markerVariable } from './marker.ts';

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
  throw new LaunchError('port-busy', busySentence(busy));
}

const portsNamedMax = 4;

function busySentence(busy: readonly WantedPort[]): string {
  const named = busy.slice(0, portsNamedMax).map((item) => ({ ...item, owner: ownerOf(item.port) }));
  const other = named.find((item) => item.owner?.runDir !== undefined)?.owner?.runDir;
  const advice =
    other === undefined
      ? `stop ${busy.length === 1 ? 'that process' : 'those processes'}${movable(busy) ? ', or move the services with --port-base,' : ''} and try again`
      : `that is another mesh, which \`npx weft down --dir ${other}\` stops`;
  const list = named.map(({ port, by, owner }) => {
    const who = owner === undefined ? '' : ` by ${owner.command} (pid ${owner.pid})`;
    return `port ${port} (for ${by}) is in use${who}`;
  });
  if (busy.length > named.length) list.push(`so are ${busy.length - named.length} more ports`);
  return `${list.join('; ')}; ${advice}`;
}

/** Whether another `--port-base` makes a difference: the services' blocks alone follow it. */
function movable(busy: readonly WantedPort[]): boolean {
  return busy.every((item) => item.port >= 20_000);
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

interface PortOwner {
  readonly pid: number;
  /** Start of its command line. */
  readonly command: string;
  /** Run folder of the mesh that it belongs to. */
  readonly runDir: string | undefined;
}

/** Who listens on a port of this machine; nothing where the system does not tell. */
function ownerOf(port: number): PortOwner | undefined {
  if (process.platform !== 'linux') return undefined;
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holdsOne(entry, inodes));
  if (pid === undefined) return undefined;
  return { pid: Number(pid), command: nameOf(pid), runDir: runDirOf(pid) };
}

function runDirOf(pid: string): string | undefined {
  const mark = `${markerVariable}=`;
  const runFile = readFields(`/proc/${pid}/environ`).find((entry) => entry.startsWith(mark));
  return runFile === undefined ? undefined : dirname(runFile.slice(mark.length));
}

function readFields(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    return [];
  }
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
  const parts = readFields(`/proc/${pid}/cmdline`).filter((part) => part !== '');
  const [command = 'a process', ...rest] = parts;
  return [basename(command), ...rest].slice(0, 3).join(' ').slice(0, 80);
}

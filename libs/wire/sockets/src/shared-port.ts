/** Several processes on one port: each has a socket of its own with SO_REUSEPORT and the system spreads connections over them. */

import { createServer, isIPv6, type Server } from 'node:net';
import { libc, libcProblem } from './libc.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_NONBLOCKING = 1 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;

/** Lets `server` listen on a shared port. @throws NodeJS.ErrnoException-like Error with `code` where the system refuses; ENOTSUP where it cannot. */
export function listenShared(server: Server, host: string, port: number, backlog: number): void {
  server.listen({ fd: openShared(host, port, backlog) });
}

/** A listening socket that this process does not accept from: it is for a child, and lives on when that ends. */
export interface ParkedSocket {
  /** Goes with `ChildProcess.send`; the receiver gives it to `server.listen`. */
  readonly handle: unknown;
  /** This process lets go of it; it is open as long as another holds it. */
  close(): void;
}

/** What Node keeps of a listening socket. */
interface TcpHandle {
  open(fd: number): number;
  close(): void;
}

/** @throws as `listenShared`. */
export function parkShared(host: string, port: number, backlog: number): ParkedSocket {
  const Handle = handleClass();
  const fd = openShared(host, port, backlog);
  // 1: a server's (tcp_wrap's constants.SERVER).
  const handle = new Handle(1);
  if (handle.open(fd) !== 0) throw systemError('ENOTSUP', 'the socket cannot be parked');
  return { handle, close: () => handle.close() };
}

let known: (new (kind: number) => TcpHandle) | undefined;

/** Node's class of TCP handles, which it shows on its own servers only. */
function handleClass(): new (kind: number) => TcpHandle {
  if (known !== undefined) return known;
  const probe = createServer();
  listenShared(probe, '127.0.0.1', 0, 1);
  const { _handle: handle } = probe as unknown as { readonly _handle: TcpHandle };
  known = handle.constructor as new (kind: number) => TcpHandle;
  probe.close();
  return known;
}

function openShared(host: string, port: number, backlog: number): number {
  const calls = libc();
  if (calls === undefined) throw systemError('ENOTSUP', libcProblem());
  const six = isIPv6(host);
  const fd = calls.socket(six ? AF_INET6 : AF_INET, SOCK_STREAM_NONBLOCKING, 0);
  if (fd < 0) throw systemError(codeOf(calls.errno()), 'socket');
  const one = Buffer.from([1, 0, 0, 0]);
  const address = six ? address6(host, port) : address4(host, port);
  const good =
    calls.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, one, 4) === 0 &&
    calls.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, one, 4) === 0 &&
    calls.bind(fd, address, address.length) === 0 &&
    calls.listen(fd, backlog) === 0;
  if (!good) {
    const code = codeOf(calls.errno());
    calls.close(fd);
    throw systemError(code, `listen on ${host}:${port}`);
  }
  return fd;
}

const codes: Readonly<Record<number, string>> = {
  13: 'EACCES',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  24: 'EMFILE',
};

function codeOf(errno: number): string {
  return codes[errno] ?? `errno ${errno}`;
}

function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

function address4(host: string, port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(port, 2);
  host.split('.').forEach((part, index) => {
    address[4 + index] = Number(part);
  });
  return address;
}

function address6(host: string, port: number): Buffer {
  const address = Buffer.alloc(28);
  address.writeUInt16LE(AF_INET6, 0);
  address.writeUInt16BE(port, 2);
  const [head = '', tail] = host.split('::');
  const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0');
  [...first, ...zeros, ...last].forEach((group, index) => {
    address.writeUInt16BE(Number.parseInt(group, 16), 8 + index * 2);
  });
  return address;
}

/** Several processes on one port: each has a socket of its own with SO_REUSEPORT and the system spreads connections over them. */

import { isIPv6, type Server } from 'node:net';
import { libc, libcProblem } from './libc.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_NONBLOCKING = 1 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;

/** Lets `server` listen on a shared port. @throws NodeJS.ErrnoException-like Error with `code` where the system refuses; ENOTSUP where it cannot. */
export function listenShared(server: Server, host: string, port: number, backlog: number): void {
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
  server.listen({ fd });
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

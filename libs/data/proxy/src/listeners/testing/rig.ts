/** A listener manager on real loopback with handlers that echo, and what they were handed. */

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AccessLogs } from '@weft/data-filters';
import type { ConnectionInfo, HttpHandlerTable, ListenerTable, TcpHandlerTable } from '@weft/data-runtime';
import { acceptWire } from '@weft/data-upstream';
import { systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { createMetricRegistry } from '@weft/telemetry';
import { createClientTls, materialSecrets, type TlsMaterial, type TlsSecrets } from '@weft/tls';
import { createListenerManager, type ListenerManager } from '../listener-manager.ts';
import type { ListenerManagerOptions } from '../listener-manager-options.ts';
import { meshClientTls } from './tables.ts';

export interface Accepted {
  readonly socket: Socket;
  readonly info: ConnectionInfo;
  readonly table: TcpHandlerTable | HttpHandlerTable;
}

export interface ListenerRig {
  readonly manager: ListenerManager;
  readonly accepted: readonly Accepted[];
  readonly refusals: readonly string[];
  /** Tables whose connections were told to end. */
  readonly retired: readonly HttpHandlerTable[];
  readonly logged: readonly string[];
  /** Lines of the listeners' access logs. */
  readonly lines: readonly Record<string, unknown>[];
  portOf(name: string): number;
  /** Opens listeners; resolves with the port of the first. */
  open(...tables: readonly ListenerTable[]): Promise<number>;
  /** Resolves when the condition holds; looked at after each accepted or refused connection. */
  until(condition: () => boolean): Promise<void>;
}

export interface ListenerStage {
  start(change?: Partial<ListenerManagerOptions>): ListenerRig;
  dial(port: number, options?: { readonly localAddress?: string; readonly allowHalfOpen?: boolean }): Promise<Socket>;
  dialSecure(port: number, material: TlsMaterial, change?: Partial<typeof meshClientTls>): Promise<Socket>;
  /** A port that is taken until `free` resolves; nobody else takes it then. */
  busyPort(): Promise<{ readonly port: number; free(): Promise<void> }>;
  /** For afterEach. */
  stop(): void;
}

export const tablesOf = (...list: readonly ListenerTable[]): ReadonlyMap<string, ListenerTable> =>
  new Map(list.map((table) => [table.name, table]));

export const secretsOf = (material: () => TlsMaterial | undefined): TlsSecrets => materialSecrets(material);

export function createListenerStage(): ListenerStage {
  const managers: ListenerManager[] = [];
  const sockets: Socket[] = [];
  const servers: Server[] = [];
  return {
    start(change = {}) {
      const rig = startRig(change);
      managers.push(rig.manager);
      return rig;
    },
    async dial(port, options) {
      const socket = connect({ port, host: '127.0.0.1', ...options });
      sockets.push(socket);
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    },
    dialSecure: (port, material, change = {}) =>
      new Promise((resolve, reject) => {
        const tls = { ...meshClientTls, ...change };
        const target = { host: '127.0.0.1', port, tls, alpn: tls.alpn, authority: '', trustDomain: 'cluster.local' };
        createClientTls(secretsOf(() => material)).connect(
          target,
          (socket) => {
            sockets.push(socket);
            socket.on('error', () => {});
            resolve(socket);
          },
          (code, reason) => reject(new Error(`${code} ${reason}`)),
        );
      }),
    async busyPort() {
      const port = await freePort();
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      return { port, free: () => new Promise((resolve) => server.close(() => resolve())) };
    },
    stop() {
      for (const manager of managers.splice(0)) manager.close();
      for (const socket of sockets.splice(0)) socket.destroy();
      for (const server of servers.splice(0)) server.close();
    },
  };
}

export function echo(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (data: Buffer) => resolve(data.toString()));
    socket.once('close', () => reject(new Error('closed')));
    socket.write(text);
  });
}

export function closed(socket: Socket): Promise<unknown> {
  socket.resume();
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));
}

function startRig(change: Partial<ListenerManagerOptions>): ListenerRig {
  const accepted: Accepted[] = [];
  const refusals: string[] = [];
  const retired: HttpHandlerTable[] = [];
  const logged: string[] = [];
  const lines: Record<string, unknown>[] = [];
  let wake = (): void => {};
  const log = (...line: unknown[]): void => void logged.push(String(line[1]));
  const accept = (socket: Socket, info: ConnectionInfo, table: Accepted['table'], first?: Buffer): void => {
    accepted.push({ socket, info, table });
    const wire = acceptWire(socket, true, first);
    wire.sink = {
      onData: (chunk) => void wire.write(Buffer.from(chunk)),
      onEnd: () => wire.end(),
      onDrain() {},
      onClose() {},
    };
    wake();
  };
  const manager = createListenerManager({
    clock: systemClock,
    logger: { info: log, warn: log, error: log },
    http: { accept, retire: (table) => void retired.push(table) },
    tcp: { accept },
    secrets: () => undefined,
    logs: memoryLogs(lines),
    onRefused(_listener, code) {
      refusals.push(code);
      wake();
    },
    ...change,
  });
  const portOf = (name: string): number =>
    Number(
      manager
        .states()
        .find((state) => state.name === name)
        ?.address.split(':')
        .at(-1),
    );
  return {
    manager,
    accepted,
    retired,
    refusals,
    logged,
    lines,
    portOf,
    async open(...tables) {
      manager.sync(tablesOf(...tables));
      await manager.settled();
      return portOf(tables[0]?.name ?? '');
    },
    until: (condition) =>
      new Promise((resolve) => {
        wake = () => {
          if (condition()) resolve();
        };
        wake();
      }),
  };
}

export function memoryLogs(lines: Record<string, unknown>[]): AccessLogs {
  const add = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return {
    written: createMetricRegistry().counter('written', 'Lines.', []).slot([]),
    bufferOf: () => ({ add, flush() {}, stop() {} }),
    flush() {},
    stop() {},
  };
}

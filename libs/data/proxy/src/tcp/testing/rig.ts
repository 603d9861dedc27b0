/** A TCP proxy on real loopback sockets, with endpoints that do what a test says. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createIstioTcpMetrics } from '@weft/data-filters';
import { type Cluster, type TcpHandlerTable, unknownWorkload } from '@weft/data-runtime';
import { createDialer } from '@weft/data-upstream';
import { type Clock, createSeededRandom, systemClock } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { createClientTls, type TlsMaterial } from '@weft/tls';
import { breaker } from '../../http/testing/tables.ts';
import { addressesOf, connectionInfo } from '../../listeners/connection-info.ts';
import { memoryLogs, secretsOf } from '../../listeners/testing/rig.ts';
import { testCluster, testEndpoint } from '../../listeners/testing/tables.ts';
import { createTcpHandler } from '../tcp-handler.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

/** For afterEach. */
export function stopAll(): void {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
}

/** Ended with the test. */
export function keep<T extends Socket>(socket: T): T {
  sockets.push(socket);
  return socket;
}

export async function listen(onConnection: (socket: Socket) => void, pauseOnConnect = false): Promise<number> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export interface ProxyChanges {
  readonly clock?: Clock;
  readonly sni?: string;
  /** Where the client wanted to go. */
  readonly destination?: string;
  /** What endpoints are shown. */
  readonly material?: TlsMaterial;
}

export async function proxy(
  table: TcpHandlerTable,
  { clock = systemClock, sni, destination, material }: ProxyChanges = {},
) {
  const registry = createMetricRegistry();
  const lines: Record<string, unknown>[] = [];
  let wake = (): void => {};
  const logs = memoryLogs(lines);
  const { bufferOf } = logs;
  const handler = createTcpHandler({
    clock,
    random: createSeededRandom(1),
    dialer: createDialer({ clock, tls: createClientTls(secretsOf(() => material)), trustDomain: 'cluster.local' }),
    metrics: createIstioTcpMetrics({
      registry,
      proxy: { self: () => unknownWorkload, ownUri: () => undefined },
    }),
    logs: {
      ...logs,
      bufferOf(path) {
        const buffer = bufferOf(path);
        return {
          ...buffer,
          add(line) {
            buffer.add(line);
            wake();
          },
        };
      },
    },
  });
  const port = await listen((socket) => {
    const addresses = addressesOf(socket);
    if (destination !== undefined) Object.assign(addresses, { local: destination, restored: true });
    handler.accept(socket, connectionInfo(socket, 'outbound', addresses, undefined, sni), table);
  }, true);
  const line = (): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      wake = () => {
        const first = lines.shift();
        if (first !== undefined) resolve(first);
      };
      wake();
    });
  const metric = (name: string, flag: string): number => {
    const found = registry
      .renderPrometheus()
      .split('\n')
      .find((row) => row.startsWith(`${name}{`) && row.includes(`response_flags="${flag}"`));
    return Number(found?.split(' ').pop() ?? 0);
  };
  return { port, handler, line, metric };
}

export function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => {});
  return socket;
}

export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
  });
}

export const clusterFrom = { resource: 'DestinationRule shop/b', file: 'infra/mesh/b.yaml', line: 9, rule: '' };
export const clusterTo = (port: number, change: Partial<Cluster> = {}): Cluster =>
  testCluster(testEndpoint(port), change);
export const connectionsMax = (most: number) => ({ default: breaker({ connectionsMax: most }), high: breaker() });

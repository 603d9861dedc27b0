/** A proxy on a real socket with hand-made tables, a backend that does what a test says, and a client of raw octets. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createAccessLogs, createSpanExporters, createTapHub, type FileSink } from '@weft/data-filters';
import type { Callouts, Direction, HttpHandlerTable } from '@weft/data-runtime';
import { createDialer, createUpstreamPools, FlushQueue, type UpstreamPools } from '@weft/data-upstream';
import { createManualClock, createSeededRandom, type ManualClock } from '@weft/kernel';
import { createMetricRegistry, type MetricRegistry } from '@weft/telemetry';
import { createClientTls } from '@weft/tls';
import { inboundPath } from '../../inbound.ts';
import { outboundPath } from '../../outbound.ts';
import { createCallouts } from '../callouts.ts';
import { createHttpHandler, type HttpHandler } from '../handler.ts';
import { workload } from './tables.ts';

export interface Rig {
  readonly port: number;
  readonly handler: HttpHandler;
  readonly table: HttpHandlerTable;
  readonly pools: UpstreamPools;
  readonly callouts: Callouts;
  readonly clock: ManualClock;
  readonly registry: MetricRegistry;
  /** Octets that the proxy has read of its clients. */
  readonly octetsRead: () => number;
  /** Access log records so far. */
  readonly log: () => Record<string, unknown>[];
  readonly stop: () => Promise<void>;
}

export interface RigOptions {
  readonly direction?: Direction;
  /** What clients are taken for, as if their certificate had said so. */
  readonly peerUri?: string;
  /** As if a handshake had agreed on it. */
  readonly alpn?: string;
  readonly reasonHeader?: boolean;
}

export async function startRig(table: HttpHandlerTable, options: RigOptions = {}): Promise<Rig> {
  const { direction = 'outbound', peerUri, alpn, reasonHeader } = options;
  const clock = createManualClock(1_700_000_000_000);
  const registry = createMetricRegistry();
  const lines: string[] = [];
  const logs = createAccessLogs({
    clock,
    registry,
    override: undefined,
    onOpenFailed() {},
    createSink: () => keepingSink(lines),
  });
  const self = workload('self');
  const flushes = new FlushQueue(clock);
  const dialer = createDialer({ clock, tls: createClientTls(() => undefined), trustDomain: 'cluster.local' });
  const pools = createUpstreamPools({ clock, dialer, flushes });
  const callouts = createCallouts({ clock, pools });
  const random = createSeededRandom(1);
  const spans = createSpanExporters({ clock, callouts, registry });
  const tap = createTapHub({ registry });
  const proxy = { self: () => self, ownUri: () => undefined };
  const deps = { clock, random, registry, callouts, proxy, logs, spans, tap };
  const handler = createHttpHandler({
    clock,
    random,
    pools,
    flushes,
    reasonHeader,
    pathOf: (of, way) => (way === 'inbound' ? inboundPath(deps, of) : outboundPath(deps, of)),
  });
  // The handler takes them over from their sockets.
  const handles: { readonly bytesRead: number }[] = [];
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
    handles.push((socket as unknown as { readonly _handle: { readonly bytesRead: number } })._handle);
    const remoteAddress = `${socket.remoteAddress}:${socket.remotePort}`;
    const info = {
      remoteAddress,
      directRemoteAddress: remoteAddress,
      localAddress: '127.0.0.1:15001',
      tls: false,
      tlsVersion: '',
      peerUri,
      peerCertificateHash: peerUri === undefined ? undefined : '00ff',
      peerCertificate: () => undefined,
      sni: undefined,
      alpn,
    };
    handler.accept(socket, { ...info, direction }, table);
  });
  const port = await listen(server);
  return {
    port,
    handler,
    table,
    pools,
    callouts,
    clock,
    registry,
    octetsRead: () => handles.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    log() {
      logs.flush();
      return lines
        .join('')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async stop() {
      handler.close();
      pools.close();
      logs.stop();
      server.close();
      await once(server, 'close');
    },
  };
}

function keepingSink(lines: string[]): FileSink {
  return {
    write: (text, done) => {
      lines.push(text.toString('latin1'));
      done();
    },
    writeNow: (text) => void lines.push(text.toString('latin1')),
    close() {},
  };
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export interface Backend {
  readonly port: number;
  /** Everything that came, all connections together. */
  readonly received: () => string;
  readonly connections: () => number;
  readonly stop: () => void;
}

/** @param onHead called for each head that came, with what came of the connection since the last one. */
export async function startBackend(onHead: (socket: Socket, request: string, nth: number) => void): Promise<Backend> {
  const sockets = new Set<Socket>();
  let received = '';
  let nth = 0;
  let connections = 0;
  const server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    let waiting = '';
    let bodyLeft = 0;
    const skip = (): void => {
      const skipped = Math.min(bodyLeft, waiting.length);
      waiting = waiting.substring(skipped);
      bodyLeft -= skipped;
    };
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      waiting += chunk.toString('latin1');
      if (bodyLeft > 0) skip();
      for (let end = waiting.indexOf('\r\n\r\n'); end >= 0; end = waiting.indexOf('\r\n\r\n')) {
        const head = waiting.substring(0, end + 4);
        waiting = waiting.substring(end + 4);
        bodyLeft = Number(/\r\ncontent-length: ([0-9]+)/.exec(head)?.[1] ?? 0);
        skip();
        if (/^[A-Z]+ /.test(head)) onHead(socket, head, ++nth);
      }
    });
  });
  const port = await listen(server);
  return {
    port,
    received: () => received,
    connections: () => connections,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A backend that gives every request the same answer. */
export const always = (answer: string) => (socket: Socket) => void socket.write(answer, 'latin1');

export interface Client {
  readonly socket: Socket;
  send(octets: string): void;
  /** Resolves with all that came, once it holds `text`. Rejects when the connection ends before. */
  until(text: string): Promise<string>;
  /** Resolves with all that came when the proxy has closed. */
  closed(): Promise<string>;
}

export async function connectTo(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let seen = '';
  let over = false;
  let wake = (): void => {};
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      over = true;
      wake();
      resolve();
    };
    socket.on('end', finish);
    socket.on('close', finish);
  });
  await once(socket, 'connect');
  return {
    socket,
    send: (octets) => void socket.write(octets, 'latin1'),
    async until(text) {
      while (!seen.includes(text)) {
        if (over) throw new Error(`closed after ${JSON.stringify(seen)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return seen;
    },
    async closed() {
      await ended;
      return seen;
    },
  };
}

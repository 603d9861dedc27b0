/** The TCP proxy over real loopback sockets: bytes, half-close, failures by flag, counts, the log. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createIstioTcpMetrics } from '@weft/data-filters';
import { type Cluster, clusterLimits, type TcpHandlerTable, unknownWorkload } from '@weft/data-runtime';
import { createDialer } from '@weft/data-upstream';
import { systemClock } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { createClientTls, createServerTls, type TlsMaterial } from '@weft/tls';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectionInfo } from '../listeners/connection-info.ts';
import { testCluster, testEndpoint, testTcpTable } from '../listeners/testing/tables.ts';
import { createTcpHandler } from './tcp-handler.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
let own: TlsMaterial;
let peer: TlsMaterial;
const peerUri = 'spiffe://cluster.local/ns/shop/sa/payment';

beforeAll(async () => {
  const ca = await createTestCa(Date.now());
  own = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
  peer = await ca.issue([peerUri]);
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listen(onConnection: (socket: Socket) => void, pauseOnConnect = false): Promise<number> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function proxy(table: TcpHandlerTable) {
  const registry = createMetricRegistry();
  const lines: Record<string, unknown>[] = [];
  let wake = (): void => {};
  const handler = createTcpHandler({
    clock: systemClock,
    dialer: createDialer({ clock: systemClock, tls: createClientTls(() => own), trustDomain: 'cluster.local' }),
    metrics: createIstioTcpMetrics(registry, { self: () => unknownWorkload, ownUri: () => undefined }),
    logged: registry.counter('logged', 'Lines.', []).slot([]),
    log: {
      add(line) {
        lines.push(JSON.parse(line) as Record<string, unknown>);
        wake();
      },
      flush() {},
      stop() {},
    },
  });
  const port = await listen(
    (socket) => handler.accept(socket, connectionInfo(socket, 'outbound', undefined), table),
    true,
  );
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

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => {});
  return socket;
}

function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
  });
}

const clusterFrom = { resource: 'DestinationRule shop/b', file: 'infra/mesh/b.yaml', line: 9, rule: '' };
const clusterTo = (port: number, change: Partial<Cluster> = {}): Cluster => testCluster(testEndpoint(port), change);

describe('the TCP proxy', () => {
  it('carries bytes both ways, passes a half-close on, and accounts for all of it', async () => {
    const upstream = await listen((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => socket.end(`got ${Buffer.concat(chunks).length}`));
    });
    const cluster = clusterTo(upstream);
    const { port, line, metric, handler } = await proxy(testTcpTable(cluster));
    const client = dial(port);
    const answer = readAll(client);
    await new Promise((resolve) => client.once('connect', resolve));
    const { localPort } = client;
    client.end(Buffer.alloc(300_000, 'x'));
    expect(await answer).toBe('got 300000');
    expect(await line()).toMatchObject({
      response_code: 0,
      response_flags: '-',
      bytes_received: 300_000,
      bytes_sent: 10,
      upstream_host: `127.0.0.1:${upstream}`,
      upstream_cluster: 'inbound|9090||',
      downstream_remote_address: `127.0.0.1:${localPort}`,
      reason: 'infra/mesh/test.yaml:3 Gateway shop/test',
    });
    expect(metric('istio_tcp_connections_opened_total', '-')).toBe(1);
    expect(metric('istio_tcp_connections_closed_total', '-')).toBe(1);
    expect(metric('istio_tcp_received_bytes_total', '-')).toBe(300_000);
    expect(metric('istio_tcp_sent_bytes_total', '-')).toBe(10);
    expect(handler.connections()).toBe(0);
    expect(cluster.endpoints[0]?.active).toBe(0);
  });

  it('keeps what a client says before its upstream is there', async () => {
    const upstream = await listen((socket) => socket.pipe(socket));
    const { port } = await proxy(testTcpTable(clusterTo(upstream)));
    const client = dial(port);
    client.end('early');
    expect(await readAll(client)).toBe('early');
  });

  it('lets a server speak first', async () => {
    const upstream = await listen((socket) => socket.end('220 ready'));
    const { port } = await proxy(testTcpTable(clusterTo(upstream)));
    const client = dial(port);
    expect(await readAll(client)).toBe('220 ready');
    client.end();
  });

  it('does not read more from one side than the other takes', async () => {
    const upstream = await listen((socket) => socket.pause());
    const { port, handler, metric } = await proxy(testTcpTable(clusterTo(upstream)));
    const client = dial(port);
    const piece = Buffer.alloc(1_048_576);
    const total = 64;
    let written = 0;
    client.on('drain', () => {
      written += 1;
      if (written < total) client.write(piece);
    });
    client.write(piece);
    let before = -1;
    for (let still = 0; still < 20; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = metric('istio_tcp_received_bytes_total', '-');
      still = now === before && now > 0 ? still + 1 : 0;
      before = now;
    }
    expect(written).toBeLessThan(total);
    expect(before).toBeLessThan(32 * 1_048_576);
    handler.close();
    expect(handler.connections()).toBe(0);
  });

  it('speaks mutual TLS to an endpoint that wants it', async () => {
    const secure = createServerTls({
      material: peer,
      tls: { alpn: ['istio'], requireClientCertificate: true, allowedUriPrefixes: [] },
      onSecure: (socket) => socket.on('error', () => {}).pipe(socket),
      onRefused() {},
    });
    const upstream = await listen((socket) => secure.accept(socket), true);
    const tls = { sni: 'x', alpn: ['istio'], expectedUris: [peerUri] };
    const { port, line } = await proxy(testTcpTable(testCluster(testEndpoint(upstream, { tls }))));
    const client = dial(port);
    client.end('over tls');
    expect(await readAll(client)).toBe('over tls');
    expect(await line()).toMatchObject({ response_flags: '-', bytes_sent: 8 });
    const wrong = { ...tls, expectedUris: ['spiffe://cluster.local/ns/shop/sa/other'] };
    const other = await proxy(testTcpTable(testCluster(testEndpoint(upstream, { tls: wrong }))));
    dial(other.port);
    expect(await other.line()).toMatchObject({
      response_flags: 'UF',
      upstream_transport_failure_reason: `the peer is ${peerUri}`,
    });
  });

  it('says by flag why a connection went nowhere, and names what decided', async () => {
    const dead = await listen(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const from = clusterFrom;
    const cases: [Cluster | undefined, string][] = [
      [undefined, 'NC'],
      [testCluster(undefined, { from }), 'UH'],
      [clusterTo(dead, { from }), 'UF'],
      [clusterTo(dead, { from, limits: { ...clusterLimits, connectionsMax: 0 } }), 'UO'],
    ];
    for (const [cluster, flag] of cases) {
      const reason =
        cluster === undefined
          ? 'infra/mesh/test.yaml:3 Gateway shop/test'
          : 'infra/mesh/b.yaml:9 DestinationRule shop/b';
      const { port, line, metric, handler } = await proxy(testTcpTable(cluster));
      const client = dial(port);
      const closed = new Promise((resolve) => client.once('close', resolve));
      client.resume().on('end', () => client.end());
      expect(await line()).toMatchObject({ response_flags: flag, bytes_sent: 0, reason });
      await closed;
      expect(metric('istio_tcp_connections_opened_total', flag)).toBe(1);
      expect(metric('istio_tcp_connections_closed_total', flag)).toBe(1);
      expect(handler.connections()).toBe(0);
      expect(cluster?.endpoints[0]?.active ?? 0).toBe(0);
    }
  });

  it('holds to the connection bound of a cluster and has room again when one ends', async () => {
    const upstream = await listen((socket) => socket.pipe(socket));
    const { port, line } = await proxy(
      testTcpTable(clusterTo(upstream, { limits: { ...clusterLimits, connectionsMax: 1 } })),
    );
    const first = dial(port);
    first.write('x');
    await new Promise((resolve) => first.once('data', resolve));
    dial(port).resume();
    expect(await line()).toMatchObject({ response_flags: 'UO' });
    first.end();
    expect(await line()).toMatchObject({ response_flags: '-' });
    const third = dial(port);
    third.end('again');
    expect(await readAll(third)).toBe('again');
  });

  it('ends a connection on which nothing moves', async () => {
    const upstream = await listen((socket) => socket.resume());
    const { port, line } = await proxy(testTcpTable(clusterTo(upstream), 60));
    dial(port).resume();
    expect(await line()).toMatchObject({ response_flags: 'SI' });
  });
});

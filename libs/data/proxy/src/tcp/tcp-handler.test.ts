/** The TCP proxy over real loopback sockets: bytes, half-close, failures by flag, counts, the log. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createIstioTcpMetrics } from '@weft/data-filters';
import { type Cluster, type PickContext, type TcpHandlerTable, unknownWorkload } from '@weft/data-runtime';
import { createDialer } from '@weft/data-upstream';
import { type Clock, createManualClock, createSeededRandom, systemClock } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { createClientTls, createServerTls, type TlsMaterial } from '@weft/tls';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { breaker, makeTarget } from '../http/testing/tables.ts';
import { addressesOf, connectionInfo } from '../listeners/connection-info.ts';
import { memoryLogs, secretsOf } from '../listeners/testing/rig.ts';
import { meshClientTls, meshServerTls, testCluster, testEndpoint, testTcpTable } from '../listeners/testing/tables.ts';
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

interface ProxyChanges {
  readonly clock?: Clock;
  readonly sni?: string;
  /** Where the client wanted to go. */
  readonly destination?: string;
}

async function proxy(table: TcpHandlerTable, { clock = systemClock, sni, destination }: ProxyChanges = {}) {
  const registry = createMetricRegistry();
  const lines: Record<string, unknown>[] = [];
  let wake = (): void => {};
  const logs = memoryLogs(lines);
  const { bufferOf } = logs;
  const handler = createTcpHandler({
    clock,
    random: createSeededRandom(1),
    dialer: createDialer({ clock, tls: createClientTls(secretsOf(() => own)), trustDomain: 'cluster.local' }),
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
const connectionsMax = (most: number) => ({ default: breaker({ connectionsMax: most }), high: breaker() });

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
    client.end(Buffer.alloc(300_000, 'x'));
    expect(await answer).toBe('got 300000');
    expect(await line()).toMatchObject({
      response_code: 0,
      response_flags: '-',
      bytes_received: 300_000,
      bytes_sent: 10,
      upstream_host: `127.0.0.1:${upstream}`,
      upstream_cluster: 'inbound|9090||',
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

  it('keeps what a secured client says with its handshake', async () => {
    const upstream = await listen((socket) => socket.pipe(socket));
    const { handler } = await proxy(testTcpTable(undefined));
    const secure = createServerTls({
      secrets: secretsOf(() => peer),
      tls: { ...meshServerTls, allowedUriPrefixes: [] },
      onSecure(socket, caller) {
        const info = connectionInfo(socket, 'inbound', addressesOf(socket), caller);
        handler.accept(socket, info, testTcpTable(clusterTo(upstream)));
      },
      onRefused() {},
    });
    const port = await listen((socket) => secure.accept(socket), true);
    const { certChainPem: cert, privateKeyPem: key } = own;
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, cert, key };
    for (let nth = 0; nth < 20; nth += 1) {
      const client = connectTls(options);
      sockets.push(client);
      // Written before the handshake is over: it leaves with the last of it.
      client.write('early');
      const first = await new Promise<Buffer>((resolve) => client.once('data', resolve));
      expect(first.toString()).toBe('early');
      const brief = connectTls(Object.assign({ allowHalfOpen: true }, options));
      sockets.push(brief);
      brief.end('all that there is');
      expect(await readAll(brief)).toBe('all that there is');
    }
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
      secrets: secretsOf(() => peer),
      tls: { ...meshServerTls, allowedUriPrefixes: [] },
      onSecure: (socket) => socket.on('error', () => {}).pipe(socket),
      onRefused() {},
    });
    const upstream = await listen((socket) => secure.accept(socket), true);
    const tls = { ...meshClientTls, expectedUris: [peerUri] };
    const { port, line } = await proxy(testTcpTable(testCluster(testEndpoint(upstream, { tls }))));
    const client = dial(port);
    client.end('over tls');
    expect(await readAll(client)).toBe('over tls');
    expect(await line()).toMatchObject({ response_flags: '-', bytes_sent: 8 });
    const wrong = { ...tls, expectedUris: ['spiffe://cluster.local/ns/shop/sa/other'] };
    const other = await proxy(testTcpTable(testCluster(testEndpoint(upstream, { tls: wrong }))));
    dial(other.port);
    expect(await other.line()).toMatchObject({
      response_flags: 'UF,URX',
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
      [clusterTo(dead, { from }), 'UF,URX'],
      [clusterTo(dead, { from, breakers: connectionsMax(0) }), 'UO'],
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
    const { port, line } = await proxy(testTcpTable(clusterTo(upstream, { breakers: connectionsMax(1) })));
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
    const { port, line } = await proxy(testTcpTable(clusterTo(upstream), { idleTimeoutMs: 60 }));
    dial(port).resume();
    expect(await line()).toMatchObject({ response_flags: 'SI' });
  });

  it('ends a connection that is too old, whatever moves on it', async () => {
    const upstream = await listen((socket) => socket.pipe(socket));
    const clock = createManualClock();
    const { port, line } = await proxy(testTcpTable(clusterTo(upstream), { durationMaxMs: 1_000 }), { clock });
    const client = dial(port);
    client.write('x');
    await new Promise((resolve) => client.once('data', resolve));
    clock.advance(1_000);
    expect(await line()).toMatchObject({ response_flags: 'DT' });
  });

  it('tries other endpoints as often as it may, and tells who failed', async () => {
    const dead = await listen(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const good = await listen((socket) => socket.pipe(socket));
    const endpoints = [testEndpoint(dead), testEndpoint(good)];
    const observed: unknown[] = [];
    const asked: (PickContext | undefined)[] = [];
    const cluster = testCluster(undefined, {
      endpoints,
      pick(context) {
        asked.push(context && { ...context, avoid: [...context.avoid] });
        return endpoints.find((endpoint) => context?.avoid.includes(endpoint) !== true);
      },
      observe: (endpoint, outcome) => void observed.push([endpoint.port, outcome.local]),
    });
    const once = await proxy(testTcpTable(cluster));
    dial(once.port);
    expect(await once.line()).toMatchObject({ response_flags: 'UF,URX', attempts: 1 });
    const twice = await proxy(testTcpTable(cluster, { connectAttemptsMax: 2 }));
    const client = dial(twice.port);
    client.end('over the second');
    expect(await readAll(client)).toBe('over the second');
    expect(await twice.line()).toMatchObject({ response_flags: '-', upstream_host: `127.0.0.1:${good}`, attempts: 2 });
    expect(asked.at(-1)?.avoid).toEqual([endpoints[0]]);
    expect(observed).toEqual([
      [dead, 'connect-failed'],
      [dead, 'connect-failed'],
    ]);
    expect(cluster.breakers.default.used.connections).toBe(0);
  });

  it('goes to weighted targets, and to the cluster that the SNI names', async () => {
    const [a, b] = await Promise.all(['a', 'b'].map((name) => listen((socket) => socket.end(name))));
    const targets = [a, b].map((port) => makeTarget(clusterTo(port ?? 0)));
    const pick = (random: () => number) => (random() < 0.5 ? targets[0] : targets[1]) as (typeof targets)[0];
    const weighted = await proxy(testTcpTable(undefined, { pick, targets }));
    const seen = new Set<string>();
    while (seen.size < 2) {
      const client = dial(weighted.port);
      seen.add(await readAll(client));
      client.end();
    }
    const bySni = () => targets[1] as (typeof targets)[0];
    const named = await proxy(testTcpTable(clusterTo(a ?? 0), { bySni }), { sni: 'outbound_.80_._.b' });
    expect(await readAll(dial(named.port))).toBe('b');
    const nameless = await proxy(testTcpTable(clusterTo(a ?? 0), { bySni }));
    expect(await readAll(dial(nameless.port))).toBe('a');
  });

  it('goes where the client wanted, and nowhere where that is not known', async () => {
    const upstream = await listen((socket) => socket.end('there'));
    const made: string[] = [];
    const cluster = testCluster(undefined, {
      originalDestination(address) {
        made.push(address);
        return testEndpoint(upstream);
      },
    });
    const captured = await proxy(testTcpTable(cluster), { destination: '10.0.0.7:5432' });
    expect(await readAll(dial(captured.port))).toBe('there');
    const direct = await proxy(testTcpTable(cluster));
    dial(direct.port);
    expect(await direct.line()).toMatchObject({ response_flags: 'UH' });
    expect(made).toEqual(['10.0.0.7:5432']);
  });

  it('asks an HTTP proxy for a tunnel, and says why there is none', async () => {
    const asked: string[] = [];
    const upstream = await listen((socket) => {
      socket.once('data', (head: Buffer) => {
        asked.push(head.toString());
        socket.write(asked.length === 1 ? 'HTTP/1.1 200 OK\r\n\r\nfirst words, ' : 'HTTP/1.1 403 No\r\n\r\n');
        socket.pipe(socket);
      });
    });
    const table = testTcpTable(clusterTo(upstream), { tunnelHost: 'db.test:5432' });
    const { port, line } = await proxy(table);
    const client = dial(port);
    client.end('then mine');
    expect(await readAll(client)).toBe('first words, then mine');
    expect(asked).toEqual(['CONNECT db.test:5432 HTTP/1.1\r\nhost: db.test:5432\r\n\r\n']);
    expect(await line()).toMatchObject({ response_flags: '-' });
    dial(port);
    expect(await line()).toMatchObject({
      upstream_transport_failure_reason: 'the proxy answers CONNECT with 403',
      bytes_sent: 0,
    });
  });

  it('begins a connection with a PROXY header where its cluster wants one', async () => {
    const upstream = await listen((socket) => socket.pipe(socket));
    const { port } = await proxy(testTcpTable(clusterTo(upstream, { proxyProtocol: 1 })), {
      destination: '127.0.0.9:80',
    });
    const client = dial(port);
    client.end('words');
    expect(await readAll(client)).toMatch(/^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.9 \d+ 80\r\nwords$/);
  });

  it('hashes the address of the client without its port', async () => {
    const upstream = await listen((socket) => socket.end());
    const hashes: (number | undefined)[] = [];
    const cluster = testCluster(undefined, {
      pick(context) {
        hashes.push(context?.hash);
        return testEndpoint(upstream);
      },
    });
    const { port, line } = await proxy(testTcpTable(cluster, { hash: 'source-ip' }));
    for (let nth = 0; nth < 2; nth += 1) {
      dial(port).resume().end();
      await line();
    }
    expect(hashes[0]).toBeTypeOf('number');
    expect(hashes[1]).toBe(hashes[0]);
  });
});

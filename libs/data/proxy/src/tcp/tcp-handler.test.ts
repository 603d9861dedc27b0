/** The TCP proxy over real loopback sockets: bytes, half-close, failures by flag, counts, the log. */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Cluster } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { createServerTls, type TlsMaterial } from '@weft/tls';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addressesOf, connectionInfo } from '../listeners/connection-info.ts';
import { secretsOf } from '../listeners/testing/rig.ts';
import { meshClientTls, meshServerTls, testCluster, testEndpoint, testTcpTable } from '../listeners/testing/tables.ts';
import { until, untilStill } from '../testing/waiting.ts';
import { clusterFrom, clusterTo, connectionsMax, dial, keep, listen, proxy, readAll, stopAll } from './testing/rig.ts';

let own: TlsMaterial;
let peer: TlsMaterial;
const peerUri = 'spiffe://cluster.local/ns/shop/sa/payment';

beforeAll(async () => {
  const ca = await createTestCa(Date.now());
  own = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
  peer = await ca.issue([peerUri]);
});

afterEach(stopAll);

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
      keep(client);
      // Written before the handshake is over: it leaves with the last of it.
      client.write('early');
      const first = await new Promise<Buffer>((resolve) => client.once('data', resolve));
      expect(first.toString()).toBe('early');
      const brief = connectTls(Object.assign({ allowHalfOpen: true }, options));
      keep(brief);
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
    const received = (): number => metric('istio_tcp_received_bytes_total', '-');
    await until(() => received() > 0);
    expect(await untilStill(received)).toBeLessThan(32 * 1_048_576);
    expect(written).toBeLessThan(total);
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
    const { port, line } = await proxy(testTcpTable(testCluster(testEndpoint(upstream, { tls }))), { material: own });
    const client = dial(port);
    client.end('over tls');
    expect(await readAll(client)).toBe('over tls');
    expect(await line()).toMatchObject({ response_flags: '-', bytes_sent: 8 });
    const wrong = { ...tls, expectedUris: ['spiffe://cluster.local/ns/shop/sa/other'] };
    const other = await proxy(testTcpTable(testCluster(testEndpoint(upstream, { tls: wrong }))), { material: own });
    dial(other.port);
    expect(await other.line()).toMatchObject({
      response_flags: 'UF,URX',
      upstream_transport_failure_reason: `the peer is ${peerUri}`,
    });
  });

  it('resets a client whose endpoint resets, and an endpoint whose client does', async () => {
    const ends: Socket[] = [];
    const upstream = await listen((socket) => {
      ends.push(socket);
      socket.write('half');
    });
    const cluster = clusterTo(upstream);
    const { port, line } = await proxy(testTcpTable(cluster));
    const first = dial(port);
    await once(first, 'data');
    const clientFailed = once(first, 'error');
    ends[0]?.resetAndDestroy();
    expect((await clientFailed)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(await line()).toMatchObject({ response_flags: 'UR', bytes_sent: 4 });
    const second = dial(port);
    await once(second, 'data');
    const endpoint = ends[1] as Socket;
    const endpointFailed = once(endpoint, 'error');
    endpoint.resume();
    const logged = line();
    second.resetAndDestroy();
    expect((await endpointFailed)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(await logged).toMatchObject({ response_flags: '-', bytes_sent: 4 });
    const counts = { connections: 0, connectionsTotal: 2, connectFailures: 0, requestsTotal: 2 };
    expect(cluster.endpoints[0]?.counts).toMatchObject(counts);
  });

  it('says by flag why a connection went nowhere, and names what decided', async () => {
    const dead = await freePort();
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
    expect(await line()).toMatchObject({ response_flags: '-' });
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
});

/** Listening sockets over real loopback: what survives an update, what is refused, and what is said of a busy port. */

import { createHash, X509Certificate } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ConnectionInfo } from '@weft/data-filters';
import type { ListenerTable, TcpHandlerTable } from '@weft/data-runtime';
import { createManualClock, systemClock } from '@weft/kernel';
import { createClientTls, type TlsMaterial } from '@weft/tls';
import { createTestCa, type TestCa } from '@weft/tls/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listenerLimits } from './limits.ts';
import { createListenerManager, type ListenerManager } from './listener-manager.ts';
import type { ListenerManagerOptions } from './listener-manager-options.ts';
import { testListener, testTcpTable } from './testing/tables.ts';

interface Accepted {
  readonly socket: Socket;
  readonly info: ConnectionInfo;
  readonly table: TcpHandlerTable;
}

const managers: ListenerManager[] = [];
const sockets: Socket[] = [];
const servers: Server[] = [];
let ca: TestCa;
let order: TlsMaterial;
let payment: TlsMaterial;

beforeAll(async () => {
  ca = await createTestCa(Date.now());
  order = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
  payment = await ca.issue(['spiffe://cluster.local/ns/shop/sa/payment']);
});

afterEach(() => {
  for (const manager of managers.splice(0)) manager.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A handler that echoes, and a place to wait for what happens. */
function start(change: Partial<ListenerManagerOptions> = {}) {
  const accepted: Accepted[] = [];
  const refusals: string[] = [];
  const logged: string[] = [];
  let wake = (): void => {};
  const log = (...line: unknown[]): void => {
    logged.push(String(line[1]));
  };
  const manager = createListenerManager({
    clock: systemClock,
    logger: { info: log, warn: log, error: log },
    http: { accept: (socket) => void socket.destroy() },
    tcp: {
      accept(socket, info, table) {
        accepted.push({ socket, info, table });
        socket.on('error', () => {});
        socket.pipe(socket);
        wake();
      },
    },
    material: () => payment,
    onRefused(_listener, code) {
      refusals.push(code);
      wake();
    },
    ...change,
  });
  managers.push(manager);
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        if (condition()) resolve();
      };
      wake();
    });
  return { manager, accepted, refusals, logged, until };
}

const tables = (...list: ListenerTable[]): ReadonlyMap<string, ListenerTable> =>
  new Map(list.map((table) => [table.name, table]));

const portOf = (manager: ListenerManager, name: string): number =>
  Number(
    manager
      .states()
      .find((state) => state.name === name)
      ?.address.split(':')[1],
  );

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

function echo(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (data: Buffer) => resolve(data.toString()));
    socket.once('close', () => reject(new Error('closed')));
    socket.write(text);
  });
}

async function freePort(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('the listener manager', () => {
  it('hands connections to the handler of the table, with their addresses', async () => {
    const { manager, accepted } = start();
    manager.sync(tables(testListener('a')));
    await manager.settled();
    const port = portOf(manager, 'a');
    const client = await dial(port);
    expect(await echo(client, 'hello')).toBe('hello');
    expect(accepted[0]?.info).toEqual({
      remoteAddress: `127.0.0.1:${client.localPort}`,
      localAddress: `127.0.0.1:${port}`,
      tls: false,
      peerUri: undefined,
      peerCertificateHash: undefined,
      sni: undefined,
      alpn: undefined,
      direction: 'inbound',
    });
    expect(manager.states()[0]).toMatchObject({ state: 'listening', connections: 1, error: undefined });
  });

  it('keeps the socket and the connections of an address whose table changes, and gives new connections the new table', async () => {
    const { manager, accepted } = start();
    const { port, server } = await freePort();
    await new Promise((resolve) => server.close(resolve));
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    const first = await dial(port);
    await echo(first, 'x');
    const next = testTcpTable(undefined, 5);
    manager.sync(tables(testListener('renamed', { port, handler: next })));
    expect(await echo(first, 'still here')).toBe('still here');
    await echo(await dial(port), 'y');
    expect(accepted[1]?.table).toBe(next);
    expect(manager.states()).toHaveLength(1);
  });

  it('stops listening for a table that is gone and leaves its connections alone', async () => {
    const { manager } = start();
    const { port, server } = await freePort();
    await new Promise((resolve) => server.close(resolve));
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    const open = await dial(port);
    await echo(open, 'x');
    manager.sync(tables());
    const refused = connect(port, '127.0.0.1');
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => refused.once('error', resolve));
    expect(error.code).toBe('ECONNREFUSED');
    expect(await echo(open, 'still here')).toBe('still here');
  });

  it('says what to do about a busy port, tries again, and has it once it is free', async () => {
    const clock = createManualClock();
    const { manager, logged } = start({ clock });
    const { port, server } = await freePort();
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    const sentence = `127.0.0.1:${port} is in use by another process: stop it, or give this listener another port`;
    expect(manager.states()[0]).toMatchObject({ state: 'retrying', error: sentence });
    expect(logged).toEqual([sentence]);
    await new Promise((resolve) => server.close(resolve));
    clock.advance(listenerLimits.retryMs);
    await echo(await dial(port), 'x');
    expect(manager.states()[0]).toMatchObject({ state: 'listening', error: undefined });
  });

  it('gives up on a busy port after a bounded number of tries, until the next configuration', async () => {
    const clock = createManualClock();
    const { manager } = start({ clock, retriesMax: 2 });
    const { port, server } = await freePort();
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    while (manager.states()[0]?.state !== 'failed') {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(listenerLimits.retryMs);
    }
    expect(clock.pending()).toBe(0);
    await new Promise((resolve) => server.close(resolve));
    manager.sync(tables(testListener('a', { port })));
    await echo(await dial(port), 'x');
  });

  it('reports the second of two listeners with one address', async () => {
    const { manager } = start();
    const { port, server } = await freePort();
    await new Promise((resolve) => server.close(resolve));
    manager.sync(tables(testListener('b', { port }), testListener('a', { port })));
    await manager.settled();
    expect(manager.states().map(({ name, state }) => [name, state])).toEqual([
      ['a', 'listening'],
      ['b', 'failed'],
    ]);
    expect(manager.states()[1]?.error).toContain('is claimed by listener a too');
  });

  it('closes connections past the bound of a listener and has room again when one ends', async () => {
    const { manager, refusals, until } = start({ connectionsMax: 1 });
    manager.sync(tables(testListener('a')));
    await manager.settled();
    const port = portOf(manager, 'a');
    const first = await dial(port);
    await echo(first, 'x');
    const second = await dial(port);
    await new Promise((resolve) => second.once('close', resolve));
    await until(() => refusals.length === 1);
    expect(refusals).toEqual(['upstream_overflow']);
    first.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    while (manager.states()[0]?.connections !== 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await echo(await dial(port), 'room')).toBe('room');
  });

  it('takes no more connections once it drains, and closes the open ones at the end', async () => {
    const { manager } = start();
    manager.sync(tables(testListener('a')));
    await manager.settled();
    const port = portOf(manager, 'a');
    const open = await dial(port);
    await echo(open, 'x');
    manager.drain();
    manager.sync(tables(testListener('b')));
    const refused = connect(port, '127.0.0.1');
    await new Promise((resolve) => refused.once('error', resolve));
    expect(await echo(open, 'y')).toBe('y');
    const closed = new Promise((resolve) => open.once('close', resolve));
    manager.close();
    await closed;
  });
});

describe('a listener with mutual TLS', () => {
  const tls = { alpn: ['istio'], requireClientCertificate: true, allowedUriPrefixes: ['spiffe://cluster.local/'] };

  function dialSecure(port: number, material: TlsMaterial, expected: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const target = { host: '127.0.0.1', port, sni: 'sni.test', alpn: ['istio'], trustDomain: 'cluster.local' };
      createClientTls(() => material).connect(
        { ...target, expectedUris: [expected] },
        (socket) => {
          sockets.push(socket);
          socket.on('error', () => {});
          resolve(socket);
        },
        (code, reason) => reject(new Error(`${code} ${reason}`)),
      );
    });
  }

  it('names the peer, refuses plain text, and rotates without losing a connection', async () => {
    let own = payment;
    const { manager, accepted, refusals, logged, until } = start({ material: () => own });
    manager.sync(tables(testListener('a', { tls })));
    await manager.settled();
    const port = portOf(manager, 'a');
    const open = await dialSecure(port, order, 'spiffe://cluster.local/ns/shop/sa/payment');
    expect(await echo(open, 'secret')).toBe('secret');
    expect(accepted[0]?.info).toMatchObject({
      tls: true,
      peerUri: 'spiffe://cluster.local/ns/shop/sa/order',
      peerCertificateHash: createHash('sha256').update(new X509Certificate(order.certChainPem).raw).digest('hex'),
      sni: 'sni.test',
      alpn: 'istio',
      remoteAddress: `127.0.0.1:${open.localPort}`,
    });
    const plain = await dial(port);
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await until(() => refusals.length === 1);
    expect(refusals).toEqual(['plaintext_refused']);
    expect(logged).toEqual(['refused: the caller does not speak TLS']);

    own = await ca.issue(['spiffe://cluster.local/ns/shop/sa/renamed']);
    manager.rotate();
    await dialSecure(port, order, 'spiffe://cluster.local/ns/shop/sa/renamed');
    expect(await echo(open, 'still here')).toBe('still here');
  });

  it('refuses everyone while it has no certificate', async () => {
    const { manager, refusals } = start({ material: () => undefined });
    manager.sync(tables(testListener('a', { tls })));
    await manager.settled();
    const caller = dialSecure(portOf(manager, 'a'), order, 'x');
    await expect(caller).rejects.toThrow('upstream_connect_failed');
    expect(refusals).toEqual(['identity_unavailable']);
  });
});

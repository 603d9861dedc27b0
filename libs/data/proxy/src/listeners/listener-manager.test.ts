/** Listening sockets over real loopback: what survives an update, what is refused, and what is said of a busy port. */

import { createHash, X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { createManualClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import type { TlsMaterial } from '@weft/tls';
import { createTestCa, type TestCa } from '@weft/tls/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeTable } from '../http/testing/tables.ts';
import { turn, until } from '../testing/waiting.ts';
import { listenerLimits } from './limits.ts';
import { createListenerStage, echo, secretsOf, tablesOf as tables } from './testing/rig.ts';
import { meshServerTls, testChain, testListener, testTcpTable } from './testing/tables.ts';

const stage = createListenerStage();
const { start, dial, busyPort } = stage;
let ca: TestCa;
let order: TlsMaterial;
let payment: TlsMaterial;

beforeAll(async () => {
  ca = await createTestCa(Date.now());
  order = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
  payment = await ca.issue(['spiffe://cluster.local/ns/shop/sa/payment']);
});

afterEach(stage.stop);

describe('the listener manager', () => {
  it('hands connections to the handler of the table, with their addresses', async () => {
    const { manager, accepted, open } = start();
    const port = await open(testListener('a'));
    const client = await dial(port);
    expect(await echo(client, 'hello')).toBe('hello');
    expect(accepted[0]?.info).toMatchObject({
      remoteAddress: `127.0.0.1:${client.localPort}`,
      directRemoteAddress: `127.0.0.1:${client.localPort}`,
      localAddress: `127.0.0.1:${port}`,
      restored: false,
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
    const port = await freePort();
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    const first = await dial(port);
    await echo(first, 'x');
    const next = testTcpTable(undefined, { idleTimeoutMs: 5 });
    manager.sync(tables(testListener('renamed', { port, chains: [testChain('only', {}, { handler: next })] })));
    expect(await echo(first, 'still here')).toBe('still here');
    await echo(await dial(port), 'y');
    expect(accepted[1]?.table).toBe(next);
    expect(manager.states()).toHaveLength(1);
  });

  it('stops listening for a table that is gone and leaves its connections alone', async () => {
    const { manager } = start();
    const port = await freePort();
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
    const { port, free } = await busyPort();
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    const sentence = `127.0.0.1:${port} is in use by another process: stop it, or give this listener another port`;
    expect(manager.states()[0]).toMatchObject({ state: 'retrying', error: sentence });
    expect(logged).toEqual([sentence]);
    await free();
    clock.advance(listenerLimits.retryMs);
    await echo(await dial(port), 'x');
    expect(manager.states()[0]).toMatchObject({ state: 'listening', error: undefined });
  });

  it('gives up on a busy port after a bounded number of tries, until the next configuration', async () => {
    const clock = createManualClock();
    const { manager } = start({ clock, retriesMax: 2 });
    const { port, free } = await busyPort();
    manager.sync(tables(testListener('a', { port })));
    await manager.settled();
    while (manager.states()[0]?.state !== 'failed') {
      await turn();
      clock.advance(listenerLimits.retryMs);
    }
    expect(clock.pending()).toBe(0);
    await free();
    manager.sync(tables(testListener('a', { port })));
    await echo(await dial(port), 'x');
  });

  it('reports the second of two listeners with one address', async () => {
    const { manager } = start();
    const port = await freePort();
    manager.sync(tables(testListener('b', { port }), testListener('a', { port })));
    await manager.settled();
    expect(manager.states().map(({ name, state }) => [name, state])).toEqual([
      ['a', 'listening'],
      ['b', 'failed'],
    ]);
    expect(manager.states()[1]?.error).toContain('is claimed by listener a too');
  });

  it('closes connections past the bound of a listener and has room again when one ends', async () => {
    const { manager, refusals, open: openAll } = start({ connectionsMax: 1 });
    const port = await openAll(testListener('a'));
    const first = await dial(port);
    await echo(first, 'x');
    const second = await dial(port);
    await new Promise((resolve) => second.once('close', resolve));
    await until(() => refusals.length === 1);
    expect(refusals).toEqual(['upstream_overflow']);
    first.destroy();
    await until(() => manager.states()[0]?.connections === 0);
    expect(await echo(await dial(port), 'room')).toBe('room');
  });

  it('takes no more connections once it drains, and closes the open ones at the end', async () => {
    const { manager, open: openAll } = start();
    const port = await openAll(testListener('a'));
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
  const secure = (alpn: readonly string[] = ['istio']) =>
    testListener('a', { chains: [testChain('only', {}, { tls: { ...meshServerTls, alpn } })] });

  it('names the peer, refuses plain text, and rotates without losing a connection', async () => {
    let own = payment;
    const { manager, open, accepted, refusals, logged } = start({ secrets: secretsOf(() => own) });
    const port = await open(secure());
    const client = await stage.dialSecure(port, order, {
      expectedUris: ['spiffe://cluster.local/ns/shop/sa/payment'],
    });
    expect(await echo(client, 'secret')).toBe('secret');
    expect(accepted[0]?.info).toMatchObject({
      tls: true,
      tlsVersion: 'TLSv1.3',
      peerUri: 'spiffe://cluster.local/ns/shop/sa/order',
      peerCertificateHash: createHash('sha256').update(new X509Certificate(order.certChainPem).raw).digest('hex'),
      sni: 'sni.test',
      alpn: 'istio',
      remoteAddress: `127.0.0.1:${client.localPort}`,
    });
    const plain = await dial(port);
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await until(() => refusals.length === 1);
    expect(refusals).toEqual(['plaintext_refused']);
    expect(logged).toEqual(['refused: the caller does not speak TLS']);

    own = await ca.issue(['spiffe://cluster.local/ns/shop/sa/renamed']);
    await stage.dialSecure(port, order, { expectedUris: ['spiffe://cluster.local/ns/shop/sa/renamed'] });
    expect(await echo(client, 'still here')).toBe('still here');
    await until(() => manager.states()[0]?.connections === 2);
  });

  it('refuses everyone while it has no certificate', async () => {
    const { open, refusals } = start();
    await expect(stage.dialSecure(await open(secure()), order)).rejects.toThrow('upstream_connect_failed');
    expect(refusals).toEqual(['identity_unavailable']);
  });

  it('ends the connections of chains that changed or went, and of no others', async () => {
    const { manager, open, retired } = start();
    const handler = (statPrefix: string) => ({ ...makeTable(() => undefined), statPrefix });
    const [kept, changed, gone] = [handler('kept'), handler('changed'), handler('gone')];
    const listenerOf = (...handlers: ReturnType<typeof handler>[]) =>
      testListener('a', { chains: handlers.map((one) => testChain(one.statPrefix, {}, { handler: one })) });
    await open(listenerOf(kept, changed, gone));
    manager.sync(tables(listenerOf(kept, handler('changed'))));
    expect(retired).toEqual([changed, gone]);
    manager.sync(tables());
    expect(retired).toContain(kept);
  });

  it('keeps the sessions of its clients over updates that leave the chain as it is', async () => {
    const { manager, open, accepted } = start({ secrets: secretsOf(() => payment) });
    const port = await open(secure());
    const { connect: dialTls } = await import('node:tls');
    const options = {
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      cert: order.certChainPem,
      key: order.privateKeyPem,
    };
    const first = dialTls(options);
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
    first.destroy();
    manager.sync(tables(testListener('a', { ...secure(), inspectTimeoutMs: 1 })));
    manager.sync(tables(testListener('a', { ...secure(), inspectTimeoutMs: 2 })));
    const second = dialTls({ ...options, session });
    await new Promise((resolve) => second.once('secureConnect', resolve));
    expect(second.isSessionReused()).toBe(true);
    second.destroy();
    expect(accepted).not.toHaveLength(0);
  });
});

/** Joined wires on real sockets. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectSecurely, createServer as createSecureServer } from 'node:tls';
import { createManualClock } from '@weft/kernel';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptWire } from './accept-wire.ts';
import type { SocketWire } from './socket-wire.ts';
import { type SpliceResult, splice } from './splice.ts';
import { Sweeper, sweepBeatMs } from './sweeper.ts';
import { createSocketPairs } from './testing/socket-pairs.ts';

const pairs = createSocketPairs();
const { pair, keep } = pairs;

afterEach(pairs.stop);

async function joined(idleTimeoutMs = 0) {
  const a = await pair();
  const b = await pair();
  const clock = createManualClock();
  const sweeper = new Sweeper(clock);
  let finish: (result: SpliceResult) => void;
  const done = new Promise<SpliceResult>((resolve) => {
    finish = resolve;
  });
  const tunnel = splice(a.wire, b.wire, { clock, sweeper, idleTimeoutMs, onDone: (result) => finish(result) });
  return { a: a.end, b: b.end, wires: { a: a.wire, b: b.wire }, accepted: a.accepted, clock, sweeper, done, tunnel };
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.resume();
  await once(socket, 'end');
  return text;
}

describe('a splice', () => {
  it('carries both ways, ends each direction on its own, and counts', async () => {
    const { a, b, done, sweeper } = await joined();
    a.end('question');
    expect(await textOf(b)).toBe('question');
    b.end('a longer answer');
    expect(await textOf(a)).toBe('a longer answer');
    expect(await done).toEqual({ end: 'finished', errorCode: '', bytesFromA: 8, bytesFromB: 15 });
    expect(sweeper.size).toBe(0);
  });

  it('stops the sender while the receiver does not read, and loses nothing', async () => {
    const { a, b, wires } = await joined();
    const size = 32 * 1_048_576;
    b.pause();
    a.end(Buffer.alloc(size, 'x'));
    while (!wires.a.paused) await new Promise(setImmediate);
    expect(a.writableLength).toBeGreaterThan(0);
    expect((await textOf(b)).length).toBe(size);
  }, 20_000);

  it('ends when nothing moved for its limit', async () => {
    const { clock, done } = await joined(1_000);
    clock.advance(900);
    clock.advance(1_000 + 2 * sweepBeatMs);
    expect((await done).end).toBe('idle');
  });

  it.each(['a', 'b'] as const)('resets the other when %s is reset, so that what came looks cut short', async (side) => {
    const { a, b, done } = await joined();
    const [broken, other] = side === 'a' ? [a, b] : [b, a];
    const half = once(other, 'data');
    const failed = once(other, 'error');
    broken.write('half of it');
    expect(String((await half)[0])).toBe('half of it');
    broken.resetAndDestroy();
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(await done).toMatchObject({ end: `${side}-broke`, errorCode: 'ECONNRESET' });
  });

  it('closes one that is ending just then', async () => {
    const { wire } = await pair();
    const { socket } = wire as SocketWire;
    const closed = once(socket, 'close');
    wire.end();
    wire.reset?.();
    await closed;
  });

  it('resets a secured one as well', async () => {
    const ca = await createTestCa(Date.now());
    const material = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
    const { certChainPem: cert, privateKeyPem: key } = material;
    const server = createSecureServer({ cert, key, allowHalfOpen: true }).listen(0, '127.0.0.1');
    keep(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const secured of ['server', 'client'] as const) {
      const accepted = once(server, 'secureConnection');
      const half = { allowHalfOpen: true };
      const client = connectSecurely(Object.assign(half, { port, host: '127.0.0.1', rejectUnauthorized: false }));
      await once(client, 'secureConnect');
      const [socket] = (await accepted) as [Socket];
      const plain = await pair();
      const [held, other] = secured === 'server' ? [socket, client] : [client, socket];
      other.on('error', () => {});
      keep(held, other);
      const clock = createManualClock();
      const options = { clock, sweeper: new Sweeper(clock), idleTimeoutMs: 0 };
      splice(acceptWire(held), plain.wire, { ...options, onDone() {} });
      const failed = once(other, 'error');
      const closed = once(held, 'close');
      other.resume();
      plain.end.resetAndDestroy();
      expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
      await closed;
    }
  });

  it('ends both in order where one is closed by its owner', async () => {
    const { a, b, accepted, done } = await joined();
    const ends = [once(a, 'end'), once(b, 'end')];
    a.resume();
    b.resume();
    // What its listener holds of it.
    accepted.destroy();
    await Promise.all(ends);
    expect(await done).toMatchObject({ end: 'a-broke', errorCode: '' });
  });

  it('can be stopped', async () => {
    const { tunnel, done } = await joined();
    tunnel.stop();
    expect((await done).end).toBe('stopped');
  });
});

describe('the sweeper', () => {
  it('runs no timer while it holds nothing', () => {
    const clock = createManualClock();
    const sweeper = new Sweeper(clock);
    const swept = { onSweep: (): void => {} };
    expect(clock.pending()).toBe(0);
    sweeper.add(swept);
    expect(clock.pending()).toBe(1);
    sweeper.remove(swept);
    expect(clock.pending()).toBe(0);
  });
});

describe('an accepted wire', () => {
  it('lets its server close and count when it closes', async () => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const end = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await accepted) as [Socket];
    const original = once(socket, 'close');
    const wire = acceptWire(socket);
    const connections = (): Promise<number> =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      );
    expect(await connections()).toBe(1);
    wire.destroy();
    await original;
    expect(await connections()).toBe(0);
    end.destroy();
    server.close();
    await once(server, 'close');
  });

  it('closes when the socket that the listener holds is destroyed', async () => {
    const { end, wire, accepted } = await pair();
    const ended = once(end, 'end');
    end.resume();
    accepted.destroy();
    await ended;
    expect(wire.closed).toBe(true);
  });

  it.each([true, false])('gives what was looked at before first, started at once: %s', async (start) => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
    keep(server);
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const end = connect((server.address() as AddressInfo).port, '127.0.0.1');
    keep(end);
    end.write('first');
    const [socket] = (await accepted) as [Socket];
    keep(socket);
    await once(socket, 'readable');
    const wire = acceptWire(socket, start, socket.read() as Buffer);
    let text = '';
    const ended = new Promise<void>((resolve) => {
      wire.sink = {
        onData(chunk) {
          text += chunk.toString();
          wire.write(Buffer.from(chunk));
        },
        onEnd: resolve,
        onDrain() {},
        onClose() {},
      };
    });
    if (!start) {
      // It would have been told in the next task.
      await new Promise(setImmediate);
      expect(text).toBe('');
      wire.resume();
    }
    await once(end, 'data');
    end.write('second');
    await once(end, 'data');
    end.end('third');
    await ended;
    expect(text).toBe('firstsecondthird');
    wire.end();
  });
});

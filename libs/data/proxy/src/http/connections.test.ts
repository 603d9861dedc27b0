/** Connections as such: tunnels, half-close, back-pressure, draining. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until, untilStill } from '../testing/waiting.ts';
import { retiredIdleMs } from './handler.ts';
import { httpLimits } from './limits.ts';
import { always, connectTo, listen } from './testing/rig.ts';
import { createStage, hello, routeTo } from './testing/stops.ts';
import { makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

const stage = createStage();
const { backendOf, rigOf, forwarding } = stage;
afterEach(() => stage.stop());

describe('a tunnel', () => {
  it('is opened by CONNECT, with what the client sent ahead, and closed from either side', async () => {
    const backend = await backendOf(() => {});
    const server = createServer((socket) => socket.pipe(socket));
    const port = await listen(server);
    const target = makeTarget(makeCluster([makeEndpoint(port)]));
    const route = makeRoute(makeForward(target), { connect: true });
    const rig = await rigOf(makeTable((request) => (request.method === 'CONNECT' ? route : routeTo(backend))));
    const client = await connectTo(rig.port);
    client.send('CONNECT a:9090 HTTP/1.1\r\nHost: a:9090\r\n\r\nahead');
    expect(await client.until('ahead')).toMatch(/^HTTP\/1\.1 200 OK\r\ndate: [^\r]+\r\n\r\nahead$/);
    client.send(' and after');
    await client.until('and after');
    client.socket.end();
    await client.closed();
    await until(() => rig.log().length > 0);
    expect(rig.log()[0]).toMatchObject({ method: 'CONNECT', response_code: 200, bytes_received: 15, bytes_sent: 15 });
    expect(target.cluster.current?.endpoints[0]?.active).toBe(0);
    server.close();
  });

  it('is refused where the route is not one for CONNECT', async () => {
    const { rig } = await forwarding(always(hello));
    const client = await connectTo(rig.port);
    client.send('CONNECT a:9090 HTTP/1.1\r\nHost: a:9090\r\n\r\n');
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 404/);
  });

  it('is opened by a WebSocket upgrade', async () => {
    const { backend, rig } = await forwarding((socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nfirst',
      );
      socket.on('data', (chunk) => socket.write(`echo ${chunk.toString()}`));
    });
    const client = await connectTo(rig.port);
    client.send(
      'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: k\r\n\r\n',
    );
    const answer = await client.until('first');
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\nsec-websocket-accept: x\r\n/);
    expect(answer).toContain('connection: upgrade\r\nupgrade: websocket\r\n');
    expect(backend.received()).toContain('connection: Upgrade\r\nupgrade: websocket\r\n');
    client.send('frame');
    await client.until('echo frame');
  });

  const asking = (protocol: string): string =>
    `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: ${protocol}\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n`;

  it('is not made of HTTP/2: the offer is taken off', async () => {
    const { backend, rig } = await forwarding(always(hello));
    const client = await connectTo(rig.port);
    client.send(asking('h2c'));
    await client.until('hello');
    expect(backend.received()).not.toMatch(/upgrade|http2/i);
  });

  it.each([
    ['a WebSocket where upgrades are not allowed', 'websocket', []],
    ['a choice', 'websocket, h2c', ['websocket']],
  ])('is refused for %s', async (_, protocol, upgrades) => {
    const backend = await backendOf(always(hello));
    const rig = await rigOf(makeTable(() => routeTo(backend), { upgrades: new Set(upgrades) }));
    const client = await connectTo(rig.port);
    client.send(asking(protocol));
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    expect(rig.log()[0]).toMatchObject({ response_code_details: 'upgrade_failed' });
  });

  it('is not made of another protocol than the client asked for', async () => {
    const { rig } = await forwarding(
      always('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
    );
    const client = await connectTo(rig.port);
    client.send('GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 502 /);
  });
});

describe('half-close', () => {
  it('of a client is its leaving, as Envoy has it: nobody waits for an endpoint in vain', async () => {
    const { rig, backend } = await forwarding(() => {});
    const client = await connectTo(rig.port);
    client.socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await client.closed()).toBe('');
    await until(() => rig.log().length > 0);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'DC', response_code: 0 });
    void backend;
  });
});

describe('back-pressure', () => {
  const size = 32 * 1_048_576;

  it('stops the endpoint while the client does not read, and loses nothing', async () => {
    const body = randomBytes(size);
    let written = 0;
    const { rig } = await forwarding((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      const more = (): void => {
        while (written < size) {
          const part = body.subarray(written, written + 65_536);
          written += part.length;
          if (!socket.write(part)) {
            socket.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    const socket = connect(rig.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await untilStill(() => written);
    expect(written).toBeLessThan(size);
    const parts: Buffer[] = [];
    let got = 0;
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      got += part.length;
    });
    socket.resume();
    const headBytes = (): number => Buffer.concat(parts.slice(0, 2)).indexOf('\r\n\r\n') + 4;
    await until(() => got > 0 && got >= size + headBytes());
    const all = Buffer.concat(parts);
    expect(all.subarray(all.indexOf('\r\n\r\n') + 4).equals(body)).toBe(true);
    socket.destroy();
  }, 20_000);

  it('stops the client while the endpoint does not read, and loses nothing', async () => {
    const server = createServer({ pauseOnConnect: true });
    const port = await listen(server);
    const target = makeTarget(makeCluster([makeEndpoint(port)]));
    const rig = await rigOf(makeTable(() => makeRoute(makeForward(target))));
    const accepted = once(server, 'connection');
    const socket = connect(rig.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
    const sent = socket.write(Buffer.alloc(size, 'x'));
    expect(sent).toBe(false);
    const [upstream] = await accepted;
    await untilStill(() => socket.bytesWritten - socket.writableLength);
    expect(socket.writableLength).toBeGreaterThan(0);
    let got = 0;
    upstream.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    upstream.resume();
    await until(() => got >= size);
    upstream.end(hello);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('200 OK');
    socket.destroy();
    server.close();
  }, 20_000);
});

describe('a client that asks on and takes no answer', () => {
  it('is stopped, and is served when it reads', async () => {
    const asked = 4_000;
    const answerBytes = 16_384;
    let answered = 0;
    const { rig } = await forwarding((socket) => {
      answered += 1;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${answerBytes}\r\n\r\n${'x'.repeat(answerBytes)}`);
    });
    const socket = connect(rig.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.setNoDelay(true);
    socket.pause();
    let sent = 0;
    await untilStill(() => {
      // One read each: none comes ahead of the answer before.
      if (sent === answered && sent < asked) {
        sent += 1;
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      }
      return answered;
    });
    expect(answered).toBeLessThan(asked);
    let got = 0;
    socket.on('data', (part: Buffer) => {
      got += part.length;
    });
    socket.resume();
    await until(() => answered >= sent && got >= sent * answerBytes);
    socket.destroy();
  }, 20_000);
});

describe('requests sent ahead of their answers', () => {
  it('are held up to one read, also when the endpoint has room again', async () => {
    const bodyBytes = 16 * 1_048_576;
    const ahead = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    // More than the kernel holds between two sockets: after a body that was read fast its buffers grow, to 36 MiB where tcp_rmem allows 32.
    const aheadBytes = 128 * 1_048_576;
    const server = createServer({ pauseOnConnect: true });
    const port = await listen(server);
    const target = makeTarget(makeCluster([makeEndpoint(port)]));
    const direct = makeRoute({ kind: 'direct', status: 204, body: '' });
    const rig = await rigOf(
      makeTable((request) => (request.method === 'POST' ? makeRoute(makeForward(target)) : direct)),
    );
    const accepted = once(server, 'connection');
    const socket = connect(rig.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bodyBytes}\r\n\r\n`);
    socket.write(Buffer.alloc(bodyBytes, 'x'));
    socket.write(Buffer.alloc(aheadBytes, ahead));
    const [upstream] = await accepted;
    let got = 0;
    upstream.on('data', (chunk: Buffer) => {
      got += chunk.length;
    });
    upstream.resume();
    await until(() => got >= bodyBytes);
    await untilStill(() => socket.bytesWritten - socket.writableLength);
    expect(socket.writableLength).toBeGreaterThan(0);
    socket.destroy();
    server.close();
  }, 20_000);
});

describe('a connection without a request', () => {
  it('is closed after an hour', async () => {
    const { rig } = await forwarding(always(hello));
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('hello');
    rig.clock.advance(httpLimits.idleTimeoutMs - 1_000);
    const other = await connectTo(rig.port);
    other.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await other.until('hello');
    expect(rig.handler.connections()).toBe(2);
    rig.clock.advance(2_000);
    expect(await client.closed()).toMatch(/hello$/);
  });
});

describe('a table that is in force no more', () => {
  it('lets an idle connection have one more answer, which is its last, and closes it after its time', async () => {
    const { rig } = await forwarding((socket) => void socket.write(hello));
    const idle = await connectTo(rig.port);
    const asking = await connectTo(rig.port);
    await until(() => rig.handler.connections() >= 2);
    rig.handler.retire(rig.table);
    asking.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const last = await asking.closed();
    expect(last).toContain('connection: close\r\n');
    expect(last).toMatch(/hello$/);
    await until(() => rig.handler.connections() <= 1);
    rig.clock.advance(retiredIdleMs);
    expect(await idle.closed()).toBe('');
  });
});

describe('draining', () => {
  it('closes idle connections, finishes what is under way and says that it closes', async () => {
    let answer = (): void => {};
    const { backend, rig } = await forwarding((socket) => {
      answer = () => void socket.write(hello);
    });
    const idle = await connectTo(rig.port);
    const busy = await connectTo(rig.port);
    busy.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => backend.received() !== '' && rig.handler.connections() >= 2);
    rig.handler.drain();
    expect(await idle.closed()).toBe('');
    answer();
    const last = await busy.closed();
    expect(last).toContain('connection: close\r\n');
    expect(last).toMatch(/hello$/);
    await until(() => rig.handler.connections() === 0);
  });
});

import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { platform } from 'node:process';
import { afterEach, describe, expect, it } from 'vitest';
import { addressText, originalDestination } from './original-destination.ts';
import { listenShared, parkShared } from './shared-port.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function listening(host: string, port: number): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve({ server, port: (server.address() as AddressInfo).port }));
    server.once('error', reject);
    listenShared(server, host, port, 64);
  });
}

describe.skipIf(platform !== 'linux')('a shared port', () => {
  it('is listened on by several servers, which all get connections', async () => {
    const first = await listening('127.0.0.1', 0);
    const second = await listening('127.0.0.1', first.port);
    expect(second.port).toBe(first.port);
    const counts = [0, 0];
    first.server.on('connection', () => (counts[0] = (counts[0] ?? 0) + 1));
    second.server.on('connection', () => (counts[1] = (counts[1] ?? 0) + 1));
    for (let nth = 0; nth < 60; nth += 1) {
      await new Promise<void>((resolve) =>
        connect(first.port, '127.0.0.1')
          .on('close', () => resolve())
          .resume(),
      );
    }
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(60);
  });

  it('says EADDRINUSE where another holds the port for itself', async () => {
    const holder = createServer();
    servers.push(holder);
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    expect(() => listenShared(createServer(), '127.0.0.1', port, 64)).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE' }),
    );
  });

  it('is parked by one who does not accept: connections wait for the server that is given the socket', async () => {
    const first = await listening('127.0.0.1', 0);
    const { port } = first;
    const parked = parkShared('127.0.0.1', port, 64);
    await new Promise((resolve) => first.server.close(resolve));
    const clients = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
    await Promise.all(clients.map((client) => new Promise((resolve) => client.once('connect', resolve))));
    const later = createServer((socket) => socket.end('at last'));
    servers.push(later);
    later.listen(parked.handle);
    for (const client of clients) {
      expect(await new Promise((resolve) => client.once('data', (data: Buffer) => resolve(data.toString())))).toBe(
        'at last',
      );
      client.destroy();
    }
  });

  it('serves IPv6', async () => {
    const { port } = await listening('::1', 0);
    await new Promise<void>((resolve) =>
      connect(port, '::1')
        .on('close', () => resolve())
        .resume(),
    );
  });
});

describe('an original destination', () => {
  it.skipIf(platform !== 'linux')(
    'is the own address of a connection that was not redirected, or nothing',
    async () => {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const client = connect(port, '127.0.0.1');
      const accepted = await new Promise<Parameters<typeof originalDestination>[0]>((resolve) =>
        server.once('connection', resolve),
      );
      expect([undefined, `127.0.0.1:${port}`]).toContain(originalDestination(accepted));
      client.destroy();
      accepted.destroy();
      expect(originalDestination(client)).toBeUndefined();
    },
  );

  it('is read from both kinds of addresses', () => {
    expect(addressText(Buffer.from([2, 0, 0, 80, 10, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe('10.0.0.5:80');
    const six = Buffer.alloc(28);
    six.writeUInt16LE(10, 0);
    six.writeUInt16BE(443, 2);
    six[23] = 1;
    expect(addressText(six)).toBe('[0:0:0:0:0:0:0:1]:443');
    expect(addressText(Buffer.alloc(28))).toBeUndefined();
  });
});

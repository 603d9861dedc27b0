import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, FromSuccessor, ToSuccessor } from './channel.ts';
import { createPredecessor } from './predecessor.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function setUp() {
  const sent: FromSuccessor[] = [];
  let told: (message: ToSuccessor, socket: unknown) => void = () => {};
  let closed = (): void => {};
  const channel: Channel<ToSuccessor, FromSuccessor> = {
    send: (message) => void sent.push(message),
    onMessage(listener) {
      told = listener;
    },
    onClosed(listener) {
      closed = listener;
    },
    close() {},
  };
  const predecessor = createPredecessor(channel);
  const listening = (): Promise<Server> => {
    const server = createServer();
    servers.push(server);
    const done = new Promise<Server>((resolve) => server.once('listening', () => resolve(server)));
    predecessor.listen(server, '127.0.0.1', 1, 16);
    return done;
  };
  return {
    sent,
    predecessor,
    listening,
    tell: (message: ToSuccessor, socket?: unknown) => told(message, socket),
    close: () => closed(),
  };
}

async function listeningServer(): Promise<Server> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('a process that takes over', () => {
  it('asks for sockets only when it can serve, and listens on the one that it is given', async () => {
    const { sent, predecessor, listening, tell } = setUp();
    const done = listening();
    expect(sent).toEqual([]);
    predecessor.open();
    expect(sent).toEqual([{ weft: 'wants-socket', id: 1, address: '127.0.0.1:1' }]);
    const old = await listeningServer();
    tell({ weft: 'socket', id: 1, found: true }, old);
    expect(((await done).address() as AddressInfo).port).toBe((old.address() as AddressInfo).port);
    predecessor.ready();
    expect(sent.at(-1)).toEqual({ weft: 'ready' });
  });

  it('tries for itself where the one before has no such socket, or is gone', async () => {
    const { predecessor, tell, close } = setUp();
    predecessor.open();
    const tries: string[] = [];
    const attempt = (name: string): void =>
      predecessor.socketOf('127.0.0.1', 80, (socket) => void tries.push(`${name} ${String(socket)}`));
    attempt('refused');
    tell({ weft: 'socket', id: 1, found: false });
    attempt('gone');
    close();
    attempt('after');
    expect(tries).toEqual(['refused undefined', 'gone undefined', 'after undefined']);
  });
});

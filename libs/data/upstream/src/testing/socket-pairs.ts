/** Connections over loopback or a Unix socket: one end is a socket to read and write, the other a wire. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { acceptWire } from '../accept-wire.ts';
import type { Wire } from '../wire.ts';

export interface SocketPair {
  readonly end: Socket;
  readonly wire: Wire;
  /** What a listener holds of the wire. */
  readonly accepted: Socket;
}

export interface SocketPairs {
  /** @param path of a Unix socket; nothing: TCP over loopback. */
  pair(path?: string): Promise<SocketPair>;
  /** Ended with the others. */
  keep(...more: readonly (Server | Socket)[]): void;
  /** For afterEach. */
  stop(): void;
}

export function createSocketPairs(): SocketPairs {
  const kept: (Server | Socket)[] = [];
  return {
    async pair(path) {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
      server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path });
      kept.push(server);
      await once(server, 'listening');
      const connection = once(server, 'connection');
      const place = path === undefined ? { port: (server.address() as AddressInfo).port, host: '127.0.0.1' } : { path };
      const end = connect({ ...place, allowHalfOpen: true });
      const [accepted] = (await connection) as [Socket];
      end.on('error', () => {});
      kept.push(end, accepted);
      return { end, wire: acceptWire(accepted), accepted };
    },
    keep: (...more) => void kept.push(...more),
    stop() {
      for (const one of kept.splice(0)) {
        if ('destroy' in one) one.destroy();
        else one.close();
      }
    },
  };
}

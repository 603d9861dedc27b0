/** Asks another process for listening sockets. */

import type { Server } from 'node:net';
import { formatHostPort } from '@weft/kernel';
import type { SocketAnswer, WantsSocket } from './channel.ts';

export interface SocketAsker {
  /** @param take told once: the socket, or nothing with why. */
  ask(host: string, port: number, take: (socket: unknown, code: string | undefined) => void): void;
  answered(answer: SocketAnswer, socket: unknown): void;
  /** Nobody answers any more. */
  closed(): void;
}

export function createSocketAsker(send: (message: WantsSocket) => void): SocketAsker {
  const waiting = new Map<number, (socket: unknown, code: string | undefined) => void>();
  let nextId = 1;
  let gone = false;
  return {
    ask(host, port, take) {
      if (gone || port === 0) {
        take(undefined, undefined);
        return;
      }
      const id = nextId;
      nextId += 1;
      waiting.set(id, take);
      send({ weft: 'wants-socket', id, address: formatHostPort(host, port) });
    },
    answered({ id, found, code }, socket) {
      const take = waiting.get(id);
      waiting.delete(id);
      take?.(found ? socket : undefined, code);
    },
    closed() {
      gone = true;
      const unanswered = [...waiting.values()];
      waiting.clear();
      for (const take of unanswered) take(undefined, undefined);
    },
  };
}

/** Two servers on one socket: from here on it is `server` that is told of connections. */
export function listenOnSocket(server: Server, socket: unknown, backlog: number): void {
  server.listen(socket, backlog);
}

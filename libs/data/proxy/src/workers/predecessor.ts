/** What a new process of the sidecar asks of the one before it: its listening sockets, and nothing before it can serve. */

import type { Server } from 'node:net';
import { formatHostPort } from '../admin/side-server.ts';
import type { Channel, FromChild, FromParent, ListenOn } from './channel.ts';

export interface Predecessor {
  /** Waits for `open`, then takes the socket of the one before, or opens one where it had none. */
  readonly listen: ListenOn;
  /** This process can serve what it accepts. */
  open(): void;
  /** This process serves: the one before may go. */
  ready(): void;
}

export function createPredecessor(channel: Channel<FromParent, FromChild>): Predecessor {
  const asked = new Map<number, (socket: Server | undefined) => void>();
  let nextId = 1;
  let waiting: (() => void)[] | undefined = [];
  let gone = false;

  channel.onMessage((message, socket) => {
    if (message.weft !== 'socket') return;
    const tell = asked.get(message.id);
    asked.delete(message.id);
    tell?.(message.found ? socket : undefined);
  });
  channel.onClosed(() => {
    gone = true;
    const unanswered = [...asked.values()];
    asked.clear();
    for (const tell of unanswered) tell(undefined);
  });

  const ask = (server: Server, host: string, port: number, backlog: number): void => {
    const take = (socket: Server | undefined): void => {
      // Two servers on one socket: from here on it is this one that is told of connections.
      if (socket === undefined) server.listen({ host, port, backlog });
      else server.listen(socket, backlog);
    };
    if (gone || port === 0) {
      take(undefined);
      return;
    }
    const id = nextId;
    nextId += 1;
    asked.set(id, take);
    channel.send({ weft: 'wants-socket', id, address: formatHostPort({ host, port }) });
  };

  return {
    listen(server, host, port, backlog) {
      if (waiting === undefined) ask(server, host, port, backlog);
      else waiting.push(() => ask(server, host, port, backlog));
    },
    open() {
      const held = waiting ?? [];
      waiting = undefined;
      for (const go of held) go();
    },
    ready: () => channel.send({ weft: 'ready' }),
  };
}

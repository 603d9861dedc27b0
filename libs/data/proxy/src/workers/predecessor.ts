/** What a new process of the sidecar asks of the one before it: its listening sockets, and nothing before it can serve. */

import type { Channel, FromSuccessor, ListenOn, ToSuccessor } from './channel.ts';
import { createSocketAsker, listenOnSocket } from './socket-asker.ts';

export interface Predecessor {
  /** Waits for `open`, then takes the socket of the one before, or opens one where it had none. */
  readonly listen: ListenOn;
  /** As `listen`, for a socket that somebody else shall listen on. @param name of it at the one before. */
  socketOf(host: string, port: number, take: (socket: unknown) => void): void;
  /** This process can serve what it accepts. */
  open(): void;
  /** This process serves: the one before may go. */
  ready(): void;
}

export function createPredecessor(channel: Channel<ToSuccessor, FromSuccessor>): Predecessor {
  const asker = createSocketAsker((message) => channel.send(message));
  let waiting: (() => void)[] | undefined = [];
  channel.onMessage((message, socket) => asker.answered(message, socket));
  channel.onClosed(asker.closed);

  const socketOf: Predecessor['socketOf'] = (host, port, take) => {
    const ask = (): void => asker.ask(host, port, (socket) => take(socket));
    if (waiting === undefined) ask();
    else waiting.push(ask);
  };
  return {
    socketOf,
    listen(server, host, port, backlog) {
      socketOf(host, port, (socket) => {
        if (socket === undefined) server.listen({ host, port, backlog });
        else listenOnSocket(server, socket, backlog);
      });
    },
    open() {
      const held = waiting ?? [];
      waiting = undefined;
      for (const go of held) go();
    },
    ready: () => channel.send({ weft: 'ready' }),
  };
}

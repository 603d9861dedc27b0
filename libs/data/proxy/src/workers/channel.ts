/** The talk between two processes of one sidecar: small messages, listening sockets with them. */

import type { ChildProcess } from 'node:child_process';
import type { Server } from 'node:net';

/** How a server gets its address. What goes wrong is the server's `error`, or thrown. */
export type ListenOn = (server: Server, host: string, port: number, backlog: number) => void;

/** A child asks; who started it answers. */
export type FromChild =
  | { readonly weft: 'wants-socket'; readonly id: number; readonly address: string }
  /** It serves: the one before it may go. */
  | { readonly weft: 'ready' };

export type FromParent = { readonly weft: 'socket'; readonly id: number; readonly found: boolean };

/** One end of it. */
export interface Channel<Incoming, Outgoing> {
  /** @param server goes along as the same listening socket. */
  send(message: Outgoing, server?: Server): void;
  onMessage(told: (message: Incoming, server: Server | undefined) => void): void;
  onClosed(told: () => void): void;
  close(): void;
}

/** @param process_ a child with an IPC channel, or this process, where it is such a child. */
export function processChannel<Incoming, Outgoing>(
  process_: ChildProcess | NodeJS.Process,
): Channel<Incoming, Outgoing> {
  const one = process_ as NodeJS.Process;
  return {
    send(message, server) {
      if (one.connected === true) one.send?.(message, server, {}, () => {});
    },
    onMessage(told) {
      one.on('message', (message: unknown, server: unknown) => {
        if (typeof message !== 'object' || message === null || !('weft' in message)) return;
        told(message as Incoming, server as Server | undefined);
      });
    },
    onClosed: (told) => void one.on('disconnect', told),
    close() {
      if (one.connected === true) one.disconnect();
    },
  };
}

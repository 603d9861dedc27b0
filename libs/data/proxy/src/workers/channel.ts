/** The talk between processes of one sidecar: messages, and listening sockets with them. */

import type { ChildProcess, SendHandle } from 'node:child_process';
import type { Server } from 'node:net';
import type { TlsMaterial } from '@weft/tls';
import type { RequestsAsked } from '../admin/pages/requests.ts';
import type { Side } from '../data-path.ts';
import type { ListenerState } from '../listeners/listener-manager-options.ts';

/** How a server gets its address. What goes wrong is the server's `error`, or thrown. */
export type ListenOn = (server: Server, host: string, port: number, backlog: number) => void;

/** @param address "127.0.0.1:15001". */
export interface WantsSocket {
  readonly weft: 'wants-socket';
  readonly id: number;
  readonly address: string;
}

/** Comes with the socket where it was found. @param code why it is not to be had: "EADDRINUSE"; nothing: the asker may try for itself. */
export interface SocketAnswer {
  readonly weft: 'socket';
  readonly id: number;
  readonly found: boolean;
  readonly code?: string;
}

/** From a process that takes over to the one before it; `ready`: it serves. */
export type FromSuccessor = WantsSocket | { readonly weft: 'ready' };
export type ToSuccessor = SocketAnswer;

/** What a worker is, whenever it has changed. */
export interface WorkerReport {
  readonly weft: 'report';
  readonly states: readonly ListenerState[];
  readonly connections: { readonly [side in Side]: number };
  /** Messages of the parent that it has done what they ask for. */
  readonly done: number;
}

/** What the admin pages of the parent ask of each worker. */
export type Question =
  | { readonly about: 'metrics' }
  | { readonly about: 'clusters' }
  | { readonly about: 'requests'; readonly asked: RequestsAsked };

export type FromWorker =
  | WantsSocket
  | WorkerReport
  | { readonly weft: 'answer'; readonly id: number; readonly answer: unknown }
  /** Lines of a tap. */
  | { readonly weft: 'tapped'; readonly id: number; readonly text: string };

export type ToWorker =
  | SocketAnswer
  | {
      readonly weft: 'update';
      readonly typeUrl: string;
      /** Name, version, message. */
      readonly changed: readonly (readonly [string, string, Uint8Array])[];
      readonly removed: readonly string[];
    }
  | { readonly weft: 'identity'; readonly material: TlsMaterial | undefined; readonly uri: string | undefined }
  | { readonly weft: 'drain'; readonly side: Side; readonly spareIdle: boolean }
  | { readonly weft: 'ask'; readonly id: number; readonly question: Question }
  | { readonly weft: 'tap'; readonly id: number; readonly query: string }
  | { readonly weft: 'untap'; readonly id: number }
  | { readonly weft: 'stop' };

/** One end of it. */
export interface Channel<Incoming, Outgoing> {
  /**
   * @param socket goes along as the same listening socket: a server, or what `parkShared` gives.
   * @param sent the other end's side of the pipe has it, or never will; never called where the channel was closed before.
   */
  send(message: Outgoing, socket?: unknown, sent?: () => void): void;
  onMessage(told: (message: Incoming, socket: unknown) => void): void;
  onClosed(told: () => void): void;
  close(): void;
}

/** @param end a child with an IPC channel, or this process, where it is such a child. */
export function processChannel<Incoming, Outgoing>(end: ChildProcess | NodeJS.Process): Channel<Incoming, Outgoing> {
  const one = end as NodeJS.Process;
  return {
    send(message, socket, sent) {
      // What cannot be sent any more is for a process that has ended: its end is told elsewhere.
      if (one.connected === true) one.send?.(message, socket as SendHandle, {}, () => sent?.());
    },
    onMessage(told) {
      one.on('message', (message: unknown, socket: unknown) => {
        if (typeof message === 'object' && message !== null && 'weft' in message) told(message as Incoming, socket);
      });
    },
    onClosed: (told) => void one.on('disconnect', told),
    close() {
      if (one.connected === true) one.disconnect();
    },
  };
}

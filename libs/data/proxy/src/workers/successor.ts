/** Starts the process that takes over from this one, and hands it the listening sockets, so that no connection waits in a queue that ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '@weft/kernel';
import { type FromSuccessor, processChannel, type ToSuccessor } from './channel.ts';

/** A successor that does not serve after so long is ended; the one before goes on. */
const successorWaitMs = 120_000;

export interface SuccessorCommand {
  readonly program: string;
  readonly args: readonly string[];
}

export interface SuccessorOptions {
  readonly clock: Clock;
  readonly command: SuccessorCommand;
  /** @param address "127.0.0.1:15001". @returns nothing where this process does not listen on it. */
  socketAt(address: string): unknown;
}

/** Resolves when it serves. @throws Error with a sentence: it ended, or took too long. */
export function startSuccessor({ clock, command, socketAt }: SuccessorOptions): Promise<ChildProcess> {
  const child = spawn(command.program, command.args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const channel = processChannel<FromSuccessor, ToSuccessor>(child);
  return new Promise((resolve, reject) => {
    const cancel = clock.after(successorWaitMs, () => {
      child.kill('SIGKILL');
      reject(new Error(`it was not ready after ${successorWaitMs / 1_000} s`));
    });
    const failed = (why: string): void => {
      cancel();
      reject(new Error(why));
    };
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code, signal) => failed(`it ended with ${signal ?? `code ${code}`}`));
    channel.onMessage((message) => {
      if (message.weft === 'wants-socket') {
        const socket = socketAt(message.address);
        channel.send({ weft: 'socket', id: message.id, found: socket !== undefined }, socket);
        return;
      }
      cancel();
      child.removeAllListeners('exit');
      channel.close();
      resolve(child);
    });
  });
}

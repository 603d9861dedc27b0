/** Reads the first octets of an accepted socket, for one who looks after the other, and gives up what nobody took. */

import type { Socket } from 'node:net';
import type { Cancel, Clock } from '@weft/kernel';

/** What is made of the octets so far: more of them, or that so many were taken and the rest is somebody else's. */
export type Look = 'more' | { readonly taken: number };

export interface FirstOctetsOptions {
  readonly clock: Clock;
  /** For all that look, together; 0: for ever. */
  readonly timeoutMs: number;
}

/** `ready`: the octets were understood; `ended`: the client sends no more; `timeout`, `limit`: they will not be; `closed`: it went away. */
export type FirstOctetsEnd = 'ready' | 'ended' | 'timeout' | 'limit' | 'closed';

export class FirstOctets {
  readonly #socket: Socket;
  #held: Buffer | undefined;
  #end: FirstOctetsEnd | undefined;
  #look: (bytes: Buffer) => Look = () => 'more';
  #bytesMax = 0;
  #done: ((end: FirstOctetsEnd) => void) | undefined;
  readonly #cancelTimer: Cancel;

  /** @param socket accepted with `pauseOnConnect`, not read from. Call `leave` before anyone else reads it. */
  constructor(socket: Socket, { clock, timeoutMs }: FirstOctetsOptions) {
    this.#socket = socket;
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    this.#cancelTimer = timeoutMs > 0 ? clock.after(timeoutMs, () => this.#finish('timeout')) : () => {};
  }

  /**
   * One after the other. @param bytesMax more than this without an answer ends it as `limit`.
   * @param look called with all octets that nobody took. @param done called once, at once where the octets are here already.
   */
  read(bytesMax: number, look: (bytes: Buffer) => Look, done: (end: FirstOctetsEnd) => void): void {
    this.#look = look;
    this.#bytesMax = bytesMax;
    this.#done = done;
    if (this.#held !== undefined) this.#show(this.#held);
    if (this.#end !== undefined) this.#finish(this.#end);
  }

  /** Lets the socket go. @returns what was read of it and not taken; the socket has no more. */
  leave(): Buffer | undefined {
    this.#cancelTimer();
    this.#done = undefined;
    const socket = this.#socket;
    socket.off('readable', this.#onReadable);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    return this.#held;
  }

  readonly #onReadable = (): void => {
    for (let chunk = this.#socket.read() as Buffer | null; chunk !== null; chunk = this.#socket.read()) {
      this.#held = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    }
    if (this.#held !== undefined) this.#show(this.#held);
  };

  readonly #onEnd = (): void => this.#finish('ended');
  readonly #onClose = (): void => this.#finish('closed');

  #show(held: Buffer): void {
    if (this.#done === undefined) return;
    const found = this.#look(held);
    if (found === 'more') {
      if (held.length >= this.#bytesMax) this.#tell('limit');
      return;
    }
    this.#held = found.taken === held.length ? undefined : held.subarray(found.taken);
    this.#tell('ready');
  }

  /** It will get no better for whoever looks next either. */
  #finish(end: FirstOctetsEnd): void {
    if (this.#end !== 'closed') this.#end = end;
    this.#tell(end);
  }

  #tell(end: FirstOctetsEnd): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(end);
  }
}

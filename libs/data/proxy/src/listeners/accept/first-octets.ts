/** Reads the first octets of an accepted socket as often as somebody wants more, and gives them back. */

import type { Socket } from 'node:net';
import type { Cancel, Clock } from '@weft/kernel';

/** What the reader makes of the octets so far: more of them, or that it is done and has taken so many. */
export type Look = 'more' | { readonly taken: number };

export interface FirstOctetsOptions {
  readonly clock: Clock;
  /** 0: for ever. */
  readonly timeoutMs: number;
  /** More than this without an answer ends it as `limit`. */
  readonly bytesMax: number;
}

/** `ready`: the reader is done; `ended`: the client sent no more; `timeout`, `limit`: it will not be. */
export type FirstOctetsEnd = 'ready' | 'ended' | 'timeout' | 'limit' | 'closed';

/**
 * @param socket accepted with `pauseOnConnect`. @param look called with all octets that came, until it is done.
 * @param done called once; the octets that were not taken are the socket's again (`unshift`).
 */
export function readFirstOctets(
  socket: Socket,
  options: FirstOctetsOptions,
  look: (bytes: Buffer) => Look,
  done: (end: FirstOctetsEnd) => void,
): void {
  let held: Buffer = Buffer.alloc(0);
  let over = false;
  let stopTimer: Cancel = () => {};
  const finish = (end: FirstOctetsEnd, taken: number): void => {
    if (over) return;
    over = true;
    stopTimer();
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
    socket.off('close', onClose);
    if (taken < held.length) socket.unshift(held.subarray(taken));
    done(end);
  };
  const onReadable = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    }
    const found = look(held);
    if (found !== 'more') finish('ready', found.taken);
    else if (held.length >= options.bytesMax) finish('limit', 0);
  };
  const onEnd = (): void => finish('ended', 0);
  const onClose = (): void => finish('closed', held.length);
  socket.on('readable', onReadable);
  socket.once('end', onEnd);
  socket.once('close', onClose);
  if (options.timeoutMs > 0) stopTimer = options.clock.after(options.timeoutMs, () => finish('timeout', 0));
}

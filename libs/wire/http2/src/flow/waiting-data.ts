/** Data of a stream that waits for its window or the socket, copied into buffers that are used again. */

import { http2Limits } from '../limits.ts';

const BLOCK = http2Limits.frameBytesMax;

/** Blocks of all connections that nobody uses now. */
const free: Buffer[] = [];

export class WaitingData {
  readonly #pieces: Buffer[] = [];
  /** Octets of the first piece that have left. */
  #from = 0;

  append(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at += BLOCK) {
      const length = Math.min(BLOCK, to - at);
      // What is no whole block gets a buffer of its own size: the bounds of what may wait are those of memory, too.
      const piece = length < BLOCK ? Buffer.allocUnsafe(length) : (free.pop() ?? Buffer.allocUnsafeSlow(BLOCK));
      bytes.copy(piece, 0, at, at + length);
      this.#pieces.push(piece);
    }
  }

  /** What is next: octets of it from `from` on, valid until they are given back. Only where something waits. */
  get bytes(): Buffer {
    return this.#pieces[0] as Buffer;
  }

  get from(): number {
    return this.#from;
  }

  /** @param count at most what is next. @returns the buffer, if nothing else is in it: give it back once it has been read. */
  take(count: number): Buffer | undefined {
    this.#from += count;
    if (this.#from < this.bytes.length) return undefined;
    this.#from = 0;
    return this.#pieces.shift();
  }

  /** Nothing of it will be sent. */
  drop(): void {
    for (const piece of this.#pieces.splice(0)) giveBack(piece);
    this.#from = 0;
  }
}

/** @param bytes of `take`: they may be written over from now on. */
export function giveBack(bytes: Buffer): void {
  if (bytes.length === BLOCK && free.length < http2Limits.waitingBlocksKept) free.push(bytes);
}

/** Blocks that are kept for the next that waits. */
export function freeBlocks(): number {
  return free.length;
}

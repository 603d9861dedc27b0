/** Data of a stream that waits for its window or the socket, copied into buffers that are used again. */

import { http2Limits } from '../limits.ts';

const BLOCK = http2Limits.frameBytesMax;
/** A smaller piece gets a buffer of its own size: many streams may wait with little each. */
const BLOCK_MIN = BLOCK >> 2;

/** Blocks of all connections that nobody uses now. */
const free: Buffer[] = [];

interface Piece {
  readonly bytes: Buffer;
  /** Octets of `bytes` that are data. */
  readonly length: number;
}

export class WaitingData {
  readonly #pieces: Piece[] = [];
  /** Octets of the first piece that have left. */
  #from = 0;

  append(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at += BLOCK) {
      const length = Math.min(BLOCK, to - at);
      const block = length < BLOCK_MIN ? Buffer.allocUnsafe(length) : (free.pop() ?? Buffer.allocUnsafeSlow(BLOCK));
      bytes.copy(block, 0, at, at + length);
      this.#pieces.push({ bytes: block, length });
    }
  }

  /** What is next: octets `from` to `to` of `bytes`, valid until they are given back. Only where something waits. */
  get bytes(): Buffer {
    return (this.#pieces[0] as Piece).bytes;
  }

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return (this.#pieces[0] as Piece).length;
  }

  /** @param count at most `to - from`. @returns the buffer, if nothing else is in it: give it back once it has been read. */
  take(count: number): Buffer | undefined {
    this.#from += count;
    const { bytes, length } = this.#pieces[0] as Piece;
    if (this.#from < length) return undefined;
    this.#pieces.shift();
    this.#from = 0;
    return bytes;
  }

  /** Nothing of it will be sent. */
  drop(): void {
    for (const { bytes } of this.#pieces.splice(0)) giveBack(bytes);
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

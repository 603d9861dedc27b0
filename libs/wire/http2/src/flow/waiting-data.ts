/** Data of a stream that waits for its window or the socket, copied into buffers that are used again. */

import { copyOctets } from '@weft/kernel';
import { http2Limits } from '../limits.ts';

const BLOCK = http2Limits.frameBytesMax;

/** Blocks of all connections that nobody uses now. */
const free: Buffer[] = [];

export class WaitingData {
  /** All full but the last. Each may be twice as large as the one before: little takes little, and much is not in many pieces. */
  readonly #pieces: Buffer[] = [];
  /** Octets of the last piece that are data. */
  #end = 0;
  /** Octets of the first piece that have left. */
  #from = 0;

  append(bytes: Buffer, from: number, to: number): void {
    let last = this.#pieces.at(-1);
    for (let at = from; at < to; ) {
      if (last === undefined || this.#end === last.length) {
        last = pieceFor(to - at, last);
        this.#pieces.push(last);
        this.#end = 0;
      }
      const count = Math.min(to - at, last.length - this.#end);
      copyOctets(bytes, at, at + count, last, this.#end);
      this.#end += count;
      at += count;
    }
  }

  /** What is next: octets `from` to `to` of it, valid until they are given back. Only where something waits. */
  get bytes(): Buffer {
    return this.#pieces[0] as Buffer;
  }

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#pieces.length === 1 ? this.#end : this.bytes.length;
  }

  /** Octets of memory: less than three times what has been appended and not taken, and a piece of which some were. */
  get held(): number {
    return this.#pieces.reduce((sum, { length }) => sum + length, 0);
  }

  /** @param count at most `to - from`. @returns the buffer, if nothing else is in it: give it back once it has been read. */
  take(count: number): Buffer | undefined {
    this.#from += count;
    if (this.#from < this.to) return undefined;
    this.#from = 0;
    return this.#pieces.shift();
  }

  /** Nothing of it will be sent. */
  drop(): void {
    for (const piece of this.#pieces.splice(0)) giveBack(piece);
    this.#from = 0;
  }
}

/** @param last the piece before it. */
function pieceFor(octets: number, last: Buffer | undefined): Buffer {
  const length = Math.max(octets, last === undefined ? 0 : 2 * last.length);
  return length < BLOCK ? Buffer.allocUnsafe(length) : (free.pop() ?? Buffer.allocUnsafeSlow(BLOCK));
}

/** @param bytes of `take`: they may be written over from now on. */
export function giveBack(bytes: Buffer): void {
  if (bytes.length === BLOCK && free.length < http2Limits.waitingBlocksKept) free.push(bytes);
}

/** Blocks that are kept for the next that waits. */
export function freeBlocks(): number {
  return free.length;
}

/** Gathers the frames of one turn of the event loop, so that they leave in one write. */

import type { Http2Output } from '../connection.types.ts';
import { http2Limits } from '../limits.ts';

/** Gather buffers that no connection uses now: an idle connection holds none. */
const free: Buffer[] = [];
const FREE_MAX = 32;

/** Small outputs are copied out of the gather buffer into slices of this. */
const SLAB_BYTES = 262_144;
const COPY_MAX = 16_384;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabAt = 0;

export class Gather {
  bytes: Buffer | undefined;
  at = 0;
  /** The output said "wait": only what is small and necessary is gathered. */
  blocked = false;
  /** Octets handed over since then. */
  blockedBytes = 0;
  /** Control frames gathered since then. */
  blockedControls = 0;
  /** Newest stream that was opened from here, and the newest whose octets may have been given to the output. */
  newestId = 0;
  handedId = 0;
  /** Buffers that were handed over: one that comes back is another one. */
  handedCount = 0;
  readonly #output: Http2Output;
  #asked = false;

  constructor(output: Http2Output) {
    this.#output = output;
  }

  /** Makes room for `count` octets (a full buffer is handed over) and asks for a flush. @returns the buffer: write at `at`. */
  room(count: number): Buffer {
    if (this.bytes !== undefined && this.at + count > this.bytes.length) this.#handOver();
    if (this.bytes === undefined) {
      this.bytes = free.pop() ?? Buffer.allocUnsafeSlow(http2Limits.gatherBytes);
      this.at = 0;
    }
    if (!this.#asked) {
      this.#asked = true;
      this.#output.requestFlush();
    }
    return this.bytes;
  }

  flush(): void {
    this.#asked = false;
    if (!this.blocked) this.#handOver();
  }

  /** Also when the output is blocked: the last octets of a connection. */
  finish(): void {
    this.#handOver();
  }

  drained(): void {
    this.blocked = false;
    this.blockedBytes = 0;
    this.blockedControls = 0;
  }

  #handOver(): void {
    const bytes = this.bytes;
    const length = this.at;
    if (bytes === undefined || length === 0) return;
    this.handedId = this.newestId;
    this.handedCount += 1;
    this.at = 0;
    this.bytes = undefined;
    const output = this.#output;
    if (output.drained !== undefined) {
      this.#write(bytes.subarray(0, length));
      if (output.drained() && free.length < FREE_MAX) free.push(bytes);
      return;
    }
    if (length > COPY_MAX) {
      this.#write(bytes.subarray(0, length));
      return;
    }
    if (slabAt + length > SLAB_BYTES) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      slabAt = 0;
    }
    bytes.copy(slab, slabAt, 0, length);
    const part = slab.subarray(slabAt, slabAt + length);
    slabAt += length;
    if (free.length < FREE_MAX) free.push(bytes);
    this.#write(part);
  }

  #write(bytes: Buffer): void {
    if (this.blocked) this.blockedBytes += bytes.length;
    if (!this.#output.write(bytes)) this.blocked = true;
  }
}

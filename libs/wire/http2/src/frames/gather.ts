/** Gathers the frames of one turn of the event loop, so that they leave in one write. */

import type { Http2Output } from '../connection.types.ts';
import { http2Limits } from '../limits.ts';

/** Gather buffers that no connection uses now: an idle connection holds none. */
const free: Buffer[] = [];
const FREE_MAX = 32;

/** Small outputs are copied out of the gather buffer into slices of this. Larger ones outlive the young generation, and pile up until the old one is collected. */
const SLAB_BYTES = 32_768;
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
  /** What the output has not sent yet: buffers that come back, and octets. */
  #lent: Buffer[] = [];
  #lentBytes = 0;
  /** The output was seen to send later, as TLS does. */
  #sendsLater = false;

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
    this.#takeBack();
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
    if (length > COPY_MAX || (this.#output.drained !== undefined && !this.#sendsLater)) {
      this.#lend(bytes, length);
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

  /** Hands the buffer itself over; it comes back when the output has sent all that it got. */
  #lend(bytes: Buffer, length: number): void {
    const output = this.#output;
    const room = this.#write(bytes.subarray(0, length));
    if (output.drained === undefined) return;
    if (output.drained()) {
      this.#takeBack();
      if (free.length < FREE_MAX) free.push(bytes);
      return;
    }
    this.#sendsLater = true;
    // Only an output that said "wait" tells when it has sent.
    if (!room) this.#lent.push(bytes);
  }

  #takeBack(): void {
    this.#lentBytes = 0;
    for (let last = this.#lent.pop(); last !== undefined; last = this.#lent.pop())
      if (free.length < FREE_MAX) free.push(last);
  }

  #write(bytes: Buffer): boolean {
    const output = this.#output;
    if (this.blocked) this.blockedBytes += bytes.length;
    if (output.drained?.() === true) this.#takeBack();
    this.#lentBytes += bytes.length;
    const room = output.write(bytes);
    if (!room && (output.drained === undefined || this.#lentBytes > http2Limits.aheadBytesMax)) this.blocked = true;
    return room;
  }
}

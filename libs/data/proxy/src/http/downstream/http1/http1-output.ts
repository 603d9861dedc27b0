/** What is written to an HTTP/1 client: gathered, so that a head and what follows it in one turn of the event loop is one write. */

import type { Flushable, FlushQueue, Wire } from '@weft/data-upstream';
import { encodeChunk, encodeLastChunk, lastChunk } from '@weft/http1';
import { httpLimits } from '../../limits.ts';

export class Http1Output implements Flushable {
  readonly #wire: Wire;
  readonly #flushes: FlushQueue;
  #text = '';
  #queued = false;
  #chunked = false;

  constructor(wire: Wire, flushes: FlushQueue) {
    this.#wire = wire;
    this.#flushes = flushes;
  }

  /** A head begins. @param chunked the body that follows needs chunks. */
  start(text: string, chunked: boolean): void {
    this.#text += text;
    this.#chunked = chunked;
  }

  /** @param end the message is whole: it leaves now. @returns false: wait for the wire to drain. */
  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const length = to - from;
    if (length > 0) this.#add(bytes, from, to, length);
    if (end) {
      if (this.#chunked) this.#text += lastChunk;
      this.flush();
    } else if (this.#text !== '' && !this.#queued) {
      this.#queued = true;
      this.#flushes.add(this);
    }
    return !this.#wire.needsDrain;
  }

  /** Ends the message; without chunks there is no place for trailers. */
  trailers(fields: readonly string[]): void {
    if (this.#chunked) this.#text += encodeLastChunk(fields);
    this.flush();
  }

  /** Now, whatever is gathered. */
  flush(): void {
    this.#queued = false;
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#wire.write(text);
  }

  /** Forgets what has not left. */
  drop(): void {
    this.#text = '';
  }

  #add(bytes: Buffer, from: number, to: number, length: number): void {
    if (this.#text.length + length <= httpLimits.joinedBodyBytesMax) {
      const part = bytes.latin1Slice(from, to);
      this.#text += this.#chunked ? `${length.toString(16)}\r\n${part}\r\n` : part;
      return;
    }
    // A copy, because the read buffer is used again.
    const part = bytes.subarray(from, to);
    const body = this.#chunked ? encodeChunk(part) : Buffer.from(part);
    const text = this.#text;
    this.#text = '';
    if (text === '') this.#wire.write(body);
    else this.#wire.writeBoth(text, body);
  }
}

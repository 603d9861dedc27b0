/** What is written to an HTTP/1 client: gathered, so that all answers of one turn of the event loop leave together, after its reads. */

import type { Flushable, FlushQueue, Wire } from '@weft/data-upstream';
import { encodeLastChunk, lastChunk } from '@weft/http1';
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
    // Many small requests in one read have many answers: what they gather is bounded.
    if (this.#text.length > httpLimits.joinedBodyBytesMax) this.flush();
    this.#text += text;
    this.#chunked = chunked;
  }

  /** @param end the message is whole. @returns false: wait for the wire to drain. */
  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const length = to - from;
    if (length > 0) this.#add(bytes, from, to, length);
    if (end && this.#chunked) this.#text += lastChunk;
    this.#queue();
    return !this.#wire.needsDrain;
  }

  /** Ends the message; without chunks there is no place for trailers. */
  trailers(fields: readonly string[]): void {
    if (this.#chunked) this.#text += encodeLastChunk(fields);
    this.#queue();
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

  #queue(): void {
    if (this.#text === '' || this.#queued) return;
    this.#queued = true;
    this.#flushes.add(this);
  }

  #add(bytes: Buffer, from: number, to: number, length: number): void {
    if (this.#text.length + length <= httpLimits.joinedBodyBytesMax) {
      const part = bytes.latin1Slice(from, to);
      this.#text += this.#chunked ? `${length.toString(16)}\r\n${part}\r\n` : part;
      return;
    }
    const text = this.#text;
    this.#text = '';
    if (this.#chunked) this.#wire.writePart(`${text}${length.toString(16)}\r\n`, bytes, from, to, '\r\n');
    else this.#wire.writePart(text, bytes, from, to, '');
  }
}

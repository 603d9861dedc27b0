/** Gathers a head from chunks, and finds what can be refused before the head is whole. */

import { http1Limits } from './limits.ts';
import { CR, LF, nameOctets } from './octets.ts';
import type { Http1Rule } from './rules.ts';

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
const FIRST_CAPACITY = 2_048;

/** `feed` answers with this when the head is not whole yet. */
export const headIncomplete = -1;
/** `feed` answers with this when `violation` is set. */
export const headViolated = -2;

/**
 * One per connection and direction. After `feed` gave an offset, the head is `bytes` from `start` to that offset, and what
 * follows it in `bytes` up to `limit` is the body; both are valid until the next `feed`.
 * The answer does not depend on how the octets were split: a bad first octet is found first, then the first bare CR or LF, then the size.
 */
export class HeadReader {
  bytes: Buffer = HEAD_END;
  start = 0;
  limit = 0;
  violation: Http1Rule | undefined;
  /** The most bytes that a head may have. */
  readonly bytesMax: number;
  #held: Buffer | undefined;
  #heldBytes = 0;
  #scanned = 0;

  constructor(bytesMax: number = http1Limits.headBytesMax) {
    this.bytesMax = bytesMax;
  }

  /** True when part of a head waits for the rest. */
  get partial(): boolean {
    return this.#heldBytes > 0;
  }

  reset(): void {
    this.#held = undefined;
    this.#heldBytes = 0;
    this.#scanned = 0;
    this.violation = undefined;
  }

  /** @returns the offset after the head in `bytes`, or `headIncomplete`, or `headViolated`. */
  feed(chunk: Buffer, from: number): number {
    if (this.#heldBytes === 0) {
      const found = chunk.indexOf(HEAD_END, from, 'latin1');
      if (found >= 0) {
        this.bytes = chunk;
        this.start = from;
        this.limit = chunk.length;
        const end = found + 4;
        return end - from > this.bytesMax ? this.#refuse(chunk, from) : end;
      }
    }
    return this.#hold(chunk, from);
  }

  #hold(chunk: Buffer, from: number): number {
    const added = chunk.length - from;
    if (added === 0) return headIncomplete;
    const held = this.#room(added);
    chunk.copy(held, this.#heldBytes, from);
    const searchFrom = Math.max(0, this.#heldBytes - 3);
    this.#heldBytes += added;
    this.bytes = held;
    this.start = 0;
    this.limit = this.#heldBytes;
    const found = held.subarray(0, this.#heldBytes).indexOf(HEAD_END, searchFrom);
    if (found >= 0 && found + 4 <= this.bytesMax) {
      this.#heldBytes = 0;
      this.#held = undefined;
      this.#scanned = 0;
      return found + 4;
    }
    const early = this.#scan(held);
    if (early !== undefined) return this.#violate(early);
    return this.#heldBytes > this.bytesMax ? this.#violate('head-too-large') : headIncomplete;
  }

  #room(added: number): Buffer {
    const needed = this.#heldBytes + added;
    const held = this.#held;
    if (held !== undefined && held.length >= needed) return held;
    const grown = Buffer.allocUnsafe(Math.max(FIRST_CAPACITY, needed, (held?.length ?? 0) * 2));
    held?.copy(grown, 0, 0, this.#heldBytes);
    this.#held = grown;
    return grown;
  }

  #scan(held: Buffer): Http1Rule | undefined {
    if (this.#scanned === 0 && nameOctets[held[0] as number] === 0) return firstOctetViolation(held[0] as number);
    const until = Math.min(this.#heldBytes, this.bytesMax);
    const broken = lineViolation(held, this.#scanned, until, 0);
    // The last octet may be the CR of a CRLF that is still on its way: it is looked at again.
    this.#scanned = Math.max(0, until - 1);
    return broken;
  }

  #refuse(chunk: Buffer, from: number): number {
    if (nameOctets[chunk[from] as number] === 0) return this.#violate(firstOctetViolation(chunk[from] as number));
    return this.#violate(lineViolation(chunk, from, from + this.bytesMax, from) ?? 'head-too-large');
  }

  #violate(rule: Http1Rule): number {
    this.violation = rule;
    return headViolated;
  }
}

function firstOctetViolation(octet: number): Http1Rule {
  return octet === LF ? 'bare-lf' : 'request-line';
}

/** The first CR without LF, or LF without CR, of a part of a message; `start` is where the message starts. */
export function lineViolation(bytes: Buffer, from: number, until: number, start: number): Http1Rule | undefined {
  for (let at = from; at < until; at += 1) {
    const octet = bytes[at];
    if (octet === LF && (at === start || bytes[at - 1] !== CR)) return 'bare-lf';
    if (octet === CR && at + 1 < until && bytes[at + 1] !== LF) return 'bare-cr';
  }
  return undefined;
}

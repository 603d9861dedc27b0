/** Takes a body out of its framing: runs of data, where it ends, and its trailers. */

import type { Framing } from '@weft/http';
import { parseFields } from './fields.ts';
import { http1Limits } from './limits.ts';
import { CR, hexValues, LF, SEMICOLON } from './octets.ts';
import type { Http1Rule } from './rules.ts';

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER = 6;
const TRAILER_LF = 7;
const END_LF = 8;

/** Fields that a trailer section must not have (RFC 9110 section 6.5.1). */
const forbiddenTrailers = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const noTrailers: string[] = [];

/**
 * One per direction of a connection, started anew for each message. Call `next` in a loop until all octets are consumed or `done`:
 * each call yields at most one run of data, which stands in the octets given from `dataFrom` to `dataTo` (it may be empty).
 */
export class BodyReader {
  done = true;
  violation: Http1Rule | undefined;
  dataFrom = 0;
  dataTo = 0;
  /** Flat; complete when `done`. */
  trailers: string[] = noTrailers;
  #framing: Framing = 'none';
  #remaining = 0;
  #state = SIZE;
  #digits = 0;
  #lineBytes = 0;
  #trailer = '';
  #trailerLineBytes = 0;
  readonly #keepTrailers: boolean;

  /** @param keepTrailers false: trailers are read as strictly, and dropped. */
  constructor(keepTrailers = true) {
    this.#keepTrailers = keepTrailers;
  }

  /** @param length for framing 'length'. */
  start(framing: Framing, length: number): void {
    this.#framing = framing;
    this.#remaining = length;
    this.violation = undefined;
    this.done = framing === 'none' || (framing === 'length' && length === 0);
    this.trailers = noTrailers;
    this.dataFrom = 0;
    this.dataTo = 0;
    this.#state = SIZE;
    this.#digits = 0;
    this.#lineBytes = 0;
    this.#trailer = '';
    this.#trailerLineBytes = 0;
  }

  /** @returns how far it consumed `bytes`, from `from` to at most `to`; -1 when `violation` is set. */
  next(bytes: Buffer, from: number, to: number): number {
    this.dataFrom = from;
    this.dataTo = from;
    if (this.done) return from;
    if (this.#framing === 'chunked') return this.#chunks(bytes, from, to);
    if (this.#framing === 'close') {
      this.dataTo = to;
      return to;
    }
    const taken = Math.min(this.#remaining, to - from);
    this.#remaining -= taken;
    this.done = this.#remaining === 0;
    this.dataTo = from + taken;
    return this.dataTo;
  }

  /** Goes on behind a run of data up to the next one, so that the last run comes with `done` where it can. */
  #chunks(bytes: Buffer, from: number, to: number): number {
    let at = from;
    let ran = false;
    while (at < to) {
      if (this.#state === DATA) {
        if (ran) return at;
        ran = true;
        const taken = Math.min(this.#remaining, to - at);
        this.#remaining -= taken;
        this.dataFrom = at;
        at += taken;
        this.dataTo = at;
        if (this.#remaining === 0) this.#state = DATA_CR;
        continue;
      }
      const broken = this.#state < DATA ? this.#sizeOctet(bytes[at] as number) : this.#otherOctet(bytes[at] as number);
      if (broken !== undefined) {
        this.violation = broken;
        return -1;
      }
      at += 1;
      if (this.done) return at;
    }
    return at;
  }

  #sizeOctet(octet: number): Http1Rule | undefined {
    if (this.#state === SIZE_LF) {
      if (octet !== LF) return 'bare-cr';
      this.#state = this.#remaining === 0 ? TRAILER : DATA;
      this.#lineBytes = 0;
      return undefined;
    }
    this.#lineBytes += 1;
    if (octet === LF) return 'bare-lf';
    if (this.#state === SIZE) {
      const value = hexValues[octet] as number;
      if (value < 16) {
        this.#remaining = this.#remaining * 16 + value;
        this.#digits += 1;
        return this.#digits > 13 ? 'chunk-size' : undefined;
      }
      if (this.#digits === 0) return 'chunk-size';
      if (octet === SEMICOLON) this.#state = EXTENSION;
      else if (octet === CR) this.#state = SIZE_LF;
      else return 'chunk-size';
    } else if (octet === CR) this.#state = SIZE_LF;
    else if (octet < 0x20 || octet > 0x7e) return 'chunk-extension';
    if (this.#lineBytes > http1Limits.chunkLineBytesMax) return 'chunk-extension';
    if (this.#state === SIZE_LF) this.#digits = 0;
    return undefined;
  }

  #otherOctet(octet: number): Http1Rule | undefined {
    switch (this.#state) {
      case DATA_CR:
        if (octet !== CR) return octet === LF ? 'bare-lf' : 'chunk-end';
        this.#state = DATA_LF;
        return undefined;
      case DATA_LF:
        if (octet !== LF) return 'bare-cr';
        this.#state = SIZE;
        return undefined;
      case TRAILER:
        return this.#trailerOctet(octet);
      case TRAILER_LF:
        if (octet !== LF) return 'bare-cr';
        this.#trailer += '\r\n';
        this.#trailerLineBytes = 0;
        this.#state = TRAILER;
        return undefined;
      case END_LF:
        if (octet !== LF) return 'bare-cr';
        this.done = true;
        return this.#trailer === '' ? undefined : this.#readTrailers();
      default:
        return 'chunk-end';
    }
  }

  #trailerOctet(octet: number): Http1Rule | undefined {
    if (octet === LF) return 'bare-lf';
    if (octet === CR) {
      this.#state = this.#trailerLineBytes === 0 ? END_LF : TRAILER_LF;
      return undefined;
    }
    this.#trailer += String.fromCharCode(octet);
    this.#trailerLineBytes += 1;
    return this.#trailer.length > http1Limits.trailerBytesMax ? 'trailer-too-large' : undefined;
  }

  #readTrailers(): Http1Rule | undefined {
    const fields: string[] = [];
    const text = this.#trailer;
    const bytes = Buffer.from(`${text}\r\n`, 'latin1');
    const broken = parseFields(bytes, text, 0, 0, text.length, fields, http1Limits.trailerFieldsMax);
    if (broken !== undefined) return broken === 'too-many-fields' ? 'trailer-too-large' : broken;
    for (let i = 0; i < fields.length; i += 2) {
      if (forbiddenTrailers.has(fields[i] as string)) return 'trailer-forbidden';
    }
    if (this.#keepTrailers) this.trailers = fields;
    return undefined;
  }
}

/** Takes frames out of what is read, however it was split; data is passed on as it comes, other frames whole. */

import { http2ErrorCodes } from '../error-codes.ts';
import { http2Limits } from '../limits.ts';
import { DATA, END_STREAM, FRAME_HEADER, PADDED, preface } from './frame-types.ts';

/** Told of frames in order. `stopped` is read after each. */
export interface FrameHandler {
  /** The connection failed or ended: what is left is not read. */
  readonly stopped: boolean;
  /** A whole frame other than DATA; the payload stands in `bytes`. */
  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, from: number, to: number): void;
  /** A DATA frame begins. @param length its payload, padding too. @param data without padding. */
  onDataFrame(streamId: number, flags: number, length: number, data: number): void;
  /** A part of its data. @param end the frame is whole with it and has END_STREAM. */
  onDataPart(bytes: Buffer, from: number, to: number, end: boolean): void;
  /** The frame is whole, its padding too. */
  onDataFrameEnd(): void;
  /** Octets of data on a stream that may be told as one frame without any other effect; 0: each frame stands alone. */
  runRoom(streamId: number): number;
  onFramingError(errorCode: number, reason: string): void;
}

/** What an idle connection keeps for frames that come in parts. */
const HOLD_BYTES = 64;

export class FrameReader {
  readonly #handler: FrameHandler;
  #prefaceAt: number;
  /** A frame that is not whole yet: header and payload, without DATA's. */
  #hold: Buffer | undefined;
  #heldBytes = 0;
  #dataLeft = 0;
  #paddingLeft = 0;
  #inData = false;
  #ends = false;

  /** @param server the peer begins with the preface. */
  constructor(handler: FrameHandler, server: boolean) {
    this.#handler = handler;
    this.#prefaceAt = server ? 0 : preface.length;
  }

  /** @param chunk the reader's during the call: it moves data within it. */
  receive(chunk: Buffer): void {
    const handler = this.#handler;
    let at = this.#prefaceAt < preface.length ? this.#readPreface(chunk) : 0;
    const length = chunk.length;
    while (at < length && !handler.stopped) {
      if (this.#inData) at = this.#readData(chunk, at);
      else if (this.#heldBytes > 0) at = this.#readHeld(chunk, at);
      else {
        const next = this.#readFrame(chunk, at, length);
        if (next === at) {
          this.#keep(chunk, at, length);
          return;
        }
        at = next;
      }
    }
  }

  #readPreface(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#prefaceAt < preface.length) {
      if (chunk[at] !== preface[this.#prefaceAt]) {
        this.#handler.onFramingError(http2ErrorCodes.PROTOCOL_ERROR, 'the connection does not begin with the preface');
        return chunk.length;
      }
      at += 1;
      this.#prefaceAt += 1;
    }
    return at;
  }

  /** @returns the octet after the frame, or after the header of a DATA frame; `at` when it is not whole. */
  #readFrame(bytes: Buffer, at: number, end: number): number {
    if (end - at < FRAME_HEADER) return at;
    const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    if (length > http2Limits.frameBytesMax) {
      this.#handler.onFramingError(http2ErrorCodes.FRAME_SIZE_ERROR, 'a frame is larger than SETTINGS_MAX_FRAME_SIZE');
      return end;
    }
    const streamId = readId(bytes, at + 5);
    const to = at + FRAME_HEADER + length;
    if (type === DATA) {
      const next = flags === 0 && length > 0 ? this.#readRun(bytes, at, to, end, streamId) : to;
      return next > to ? next : this.#startData(bytes, at, end, streamId, flags, length);
    }
    if (to > end) return at;
    this.#handler.onFrame(type, flags, streamId, bytes, at + FRAME_HEADER, to);
    return to;
  }

  /**
   * Whole DATA frames of one stream that stand behind each other are passed on as one: each costs all who hear of it as
   * much as a large one. Their data is moved together in `bytes`.
   * @param first octet after the first of them. @returns octet after the last; `first`: none follows, and nothing was passed on.
   */
  #readRun(bytes: Buffer, at: number, first: number, end: number, streamId: number): number {
    let to = first;
    let next = first;
    let ends = false;
    let most = -1;
    while (!ends && next + FRAME_HEADER < end && bytes[next + 3] === DATA) {
      const flags = bytes[next + 4] as number;
      const from = next + FRAME_HEADER;
      const length = ((bytes[next] as number) << 16) | ((bytes[next + 1] as number) << 8) | (bytes[next + 2] as number);
      if (flags > END_STREAM || length === 0 || length > http2Limits.frameBytesMax || from + length > end) break;
      if (readId(bytes, next + 5) !== streamId) break;
      if (most < 0) most = at + FRAME_HEADER + this.#handler.runRoom(streamId);
      if (to + length > most) break;
      bytes.copyWithin(to, from, from + length);
      to += length;
      next = from + length;
      ends = flags === END_STREAM;
    }
    if (next === first) return first;
    const handler = this.#handler;
    const from = at + FRAME_HEADER;
    handler.onDataFrame(streamId, ends ? END_STREAM : 0, to - from, to - from);
    if (!handler.stopped) handler.onDataPart(bytes, from, to, ends);
    if (!handler.stopped) handler.onDataFrameEnd();
    return next;
  }

  #startData(bytes: Buffer, at: number, end: number, streamId: number, flags: number, length: number): number {
    let next = at + FRAME_HEADER;
    let padding = 0;
    let data = length;
    if ((flags & PADDED) !== 0) {
      if (length === 0) {
        this.#handler.onFramingError(http2ErrorCodes.FRAME_SIZE_ERROR, 'a padded DATA frame has no pad length');
        return end;
      }
      if (next >= end) return at;
      padding = bytes[next] as number;
      next += 1;
      data = length - 1 - padding;
      if (data < 0) {
        this.#handler.onFramingError(http2ErrorCodes.PROTOCOL_ERROR, 'padding is longer than its frame');
        return end;
      }
    }
    this.#inData = true;
    this.#dataLeft = data;
    this.#paddingLeft = padding;
    this.#ends = (flags & END_STREAM) !== 0;
    this.#handler.onDataFrame(streamId, flags, length, data);
    if (data === 0) {
      if (this.#ends && !this.#handler.stopped) this.#handler.onDataPart(bytes, next, next, true);
      this.#finishData();
    }
    return next;
  }

  #readData(chunk: Buffer, at: number): number {
    const left = chunk.length - at;
    if (this.#dataLeft > 0) {
      const taken = Math.min(left, this.#dataLeft);
      this.#dataLeft -= taken;
      this.#handler.onDataPart(chunk, at, at + taken, this.#ends && this.#dataLeft === 0);
      this.#finishData();
      return at + taken;
    }
    const taken = Math.min(left, this.#paddingLeft);
    this.#paddingLeft -= taken;
    this.#finishData();
    return at + taken;
  }

  #finishData(): void {
    if (this.#dataLeft > 0 || this.#paddingLeft > 0) return;
    this.#inData = false;
    if (!this.#handler.stopped) this.#handler.onDataFrameEnd();
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    this.#reserve(to - from);
    chunk.copy(this.#hold as Buffer, 0, from, to);
    this.#heldBytes = to - from;
  }

  /** Room for `count` octets in all. */
  #reserve(count: number): void {
    if (this.#hold !== undefined && this.#hold.length >= count) return;
    const larger = Buffer.allocUnsafe(Math.max(count, HOLD_BYTES));
    this.#hold?.copy(larger, 0, 0, this.#heldBytes);
    this.#hold = larger;
  }

  /** Adds to the held frame just what makes it whole. */
  #readHeld(chunk: Buffer, at: number): number {
    let from = at;
    while (from < chunk.length) {
      const whole = this.#wanted();
      this.#reserve(whole);
      const hold = this.#hold as Buffer;
      const taken = Math.min(whole - this.#heldBytes, chunk.length - from);
      chunk.copy(hold, this.#heldBytes, from, from + taken);
      this.#heldBytes += taken;
      from += taken;
      // With the header whole it may turn out that more belongs to it.
      if (this.#heldBytes < whole || this.#wanted() > whole) continue;
      const held = this.#heldBytes;
      this.#heldBytes = 0;
      this.#readFrame(hold, 0, held);
      if (hold.length > HOLD_BYTES) this.#hold = undefined;
      return from;
    }
    return from;
  }

  /** Octets of the held frame that must be there before it can be read. */
  #wanted(): number {
    if (this.#heldBytes < FRAME_HEADER) return FRAME_HEADER;
    const hold = this.#hold as Buffer;
    const length = ((hold[0] as number) << 16) | ((hold[1] as number) << 8) | (hold[2] as number);
    if (length > http2Limits.frameBytesMax) return FRAME_HEADER;
    if (hold[3] !== DATA) return FRAME_HEADER + length;
    return ((hold[4] as number) & PADDED) !== 0 && length > 0 ? FRAME_HEADER + 1 : FRAME_HEADER;
  }
}

/** A stream's number: 31 bits, the reserved one is ignored. */
export function readId(bytes: Buffer, at: number): number {
  return readUint32(bytes, at) & 0x7fff_ffff;
}

export function readUint32(bytes: Buffer, at: number): number {
  const high = (bytes[at] as number) * 0x100_0000;
  return high + (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
}

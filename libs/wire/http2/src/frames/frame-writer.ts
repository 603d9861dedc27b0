/** Writes frames into the gather buffer. */

import { copyOctets } from '@weft/kernel';
import type { HpackEncoder } from '../hpack/encoder.ts';
import { http2Limits } from '../limits.ts';
import {
  ACK,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  FRAME_HEADER,
  GOAWAY,
  HEADERS,
  PING,
  preface,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frame-types.ts';
import type { Gather } from './gather.ts';

export class FrameWriter {
  readonly gather: Gather;
  readonly encoder: HpackEncoder;
  /** The DATA frame that was written last, while nothing stands behind it: more of its stream makes it longer. */
  #dataBytes: Buffer | undefined;
  #dataAt = 0;
  #dataEnd = 0;
  #dataStream = 0;
  #dataHanded = 0;

  constructor(gather: Gather, encoder: HpackEncoder) {
    this.gather = gather;
    this.encoder = encoder;
  }

  preface(): void {
    const bytes = this.gather.room(preface.length);
    this.gather.at += preface.copy(bytes, this.gather.at);
  }

  /** @param pairs identifier, value. */
  settings(pairs: readonly number[]): void {
    const bytes = this.#frame(pairs.length * 3, SETTINGS, 0, 0);
    for (let i = 0; i < pairs.length; i += 2) {
      this.gather.at = bytes.writeUInt16BE(pairs[i] as number, this.gather.at);
      this.gather.at = bytes.writeUInt32BE(pairs[i + 1] as number, this.gather.at);
    }
  }

  settingsAck(): void {
    this.#control();
    this.#frame(0, SETTINGS, ACK, 0);
  }

  /** @param from where the 8 octets stand in `opaque`. */
  ping(opaque: Buffer, from: number, ack: boolean): void {
    if (ack) this.#control();
    const bytes = this.#frame(8, PING, ack ? ACK : 0, 0);
    this.gather.at += opaque.copy(bytes, this.gather.at, from, from + 8);
  }

  /** @param reason for the log of the peer. */
  goaway(lastStreamId: number, errorCode: number, reason: string): void {
    const bytes = this.#frame(8 + reason.length, GOAWAY, 0, 0);
    this.gather.at = bytes.writeUInt32BE(lastStreamId, this.gather.at);
    this.gather.at = bytes.writeUInt32BE(errorCode, this.gather.at);
    this.gather.at += bytes.latin1Write(reason, this.gather.at, reason.length);
  }

  resetStream(streamId: number, errorCode: number): void {
    this.#control();
    const bytes = this.#frame(4, RST_STREAM, 0, streamId);
    this.gather.at = bytes.writeUInt32BE(errorCode, this.gather.at);
  }

  windowUpdate(streamId: number, increment: number): void {
    const bytes = this.#frame(4, WINDOW_UPDATE, 0, streamId);
    this.gather.at = bytes.writeUInt32BE(increment, this.gather.at);
  }

  /** Starts a header block: give the fields to `encoder`, then call `endHeaders`. */
  beginHeaders(): HpackEncoder {
    const bytes = this.gather.room(1_024);
    this.encoder.begin(bytes, this.gather.at + FRAME_HEADER);
    return this.encoder;
  }

  endHeaders(streamId: number, end: boolean): void {
    const { encoder, gather } = this;
    const length = encoder.at - encoder.start;
    const flags = end ? END_STREAM : 0;
    if (encoder.bytes === gather.bytes && length <= http2Limits.frameBytesMax) {
      writeHeader(encoder.bytes, gather.at, length, HEADERS, flags | END_HEADERS, streamId);
      gather.at = encoder.at;
      return;
    }
    this.#splitBlock(encoder.bytes, encoder.start, encoder.at, streamId, flags);
  }

  /** A block that did not fit in place: its frames are copied, none between them. */
  #splitBlock(block: Buffer, start: number, end: number, streamId: number, flags: number): void {
    // `block` may be the gather buffer itself: the copy must not be overwritten.
    const source = block === this.gather.bytes ? Buffer.from(block.subarray(start, end)) : block.subarray(start, end);
    let at = 0;
    while (at < source.length) {
      const to = Math.min(source.length, at + http2Limits.frameBytesMax);
      const last = to === source.length ? END_HEADERS : 0;
      const bytes = this.#frame(to - at, at === 0 ? HEADERS : CONTINUATION, (at === 0 ? flags : 0) | last, streamId);
      this.gather.at += source.copy(bytes, this.gather.at, at, to);
      at = to;
    }
  }

  /** @param to at most `frameBytesMax` after `from`. */
  data(streamId: number, source: Buffer, from: number, to: number, end: boolean): void {
    const length = to - from;
    if (length > 0 && this.#extend(streamId, source, from, to, end)) return;
    const bytes = this.#frame(length, DATA, end ? END_STREAM : 0, streamId);
    const { gather } = this;
    this.#dataBytes = bytes;
    this.#dataAt = gather.at - FRAME_HEADER;
    this.#dataStream = streamId;
    this.#dataHanded = gather.handedCount;
    copyOctets(source, from, to, bytes, gather.at);
    gather.at += length;
    this.#dataEnd = gather.at;
  }

  /** Small frames of one stream become one: each costs its receiver, and this end's next hop, as much as a large one. */
  #extend(streamId: number, source: Buffer, from: number, to: number, end: boolean): boolean {
    const { gather } = this;
    const bytes = this.#dataBytes;
    if (bytes === undefined || bytes !== gather.bytes || this.#dataEnd !== gather.at) return false;
    if (this.#dataHanded !== gather.handedCount) return false;
    if (this.#dataStream !== streamId || gather.at + to - from > bytes.length) return false;
    const length = gather.at - this.#dataAt - FRAME_HEADER + to - from;
    if (length > http2Limits.frameBytesMax) return false;
    copyOctets(source, from, to, bytes, gather.at);
    gather.at += to - from;
    this.#dataEnd = gather.at;
    writeHeader(bytes, this.#dataAt, length, DATA, end ? END_STREAM : 0, streamId);
    return true;
  }

  /** @param text latin1, `from` to `to` of it at most `frameBytesMax`. */
  text(streamId: number, text: string, end: boolean): void {
    const bytes = this.#frame(text.length, DATA, end ? END_STREAM : 0, streamId);
    if (text.length > 0) this.gather.at += bytes.latin1Write(text, this.gather.at, text.length);
  }

  #frame(length: number, type: number, flags: number, streamId: number): Buffer {
    const gather = this.gather;
    const bytes = gather.room(FRAME_HEADER + length);
    writeHeader(bytes, gather.at, length, type, flags, streamId);
    gather.at += FRAME_HEADER;
    return bytes;
  }

  #control(): void {
    if (this.gather.blocked) this.gather.blockedControls += 1;
  }
}

function writeHeader(bytes: Buffer, at: number, length: number, type: number, flags: number, streamId: number): void {
  bytes[at] = length >>> 16;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length;
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  bytes[at + 5] = streamId >>> 24;
  bytes[at + 6] = streamId >>> 16;
  bytes[at + 7] = streamId >>> 8;
  bytes[at + 8] = streamId;
}

/** Sends data within the windows of streams and connection; what does not fit waits and is served round robin. */

import { END_STREAM, WINDOW_MAX } from '../frames/frame-types.ts';
import type { FrameWriter } from '../frames/frame-writer.ts';
import { http2Limits } from '../limits.ts';
import type { Stream } from '../streams/stream.ts';
import { giveBack, WaitingData } from './waiting-data.ts';

/** What the sender tells the connection. */
export interface SenderOwner {
  /** END_STREAM of a stream left. */
  onLocalEnd(stream: Stream): void;
}

const FRAME = http2Limits.frameBytesMax;
const LOW_WATER = http2Limits.streamQueueBytes >> 1;

export class Sender {
  /** Octets that may be sent on all streams together. */
  window = 65_535;
  queuedBytes = 0;
  /** Frames of data written, for the flood guard. */
  frames = 0;
  readonly #writer: FrameWriter;
  readonly #owner: SenderOwner;
  /** Streams with data and a window, in the order that they are served. */
  #ring: Stream[] = [];
  #ringAt = 0;

  constructor(writer: FrameWriter, owner: SenderOwner) {
    this.#writer = writer;
    this.#owner = owner;
  }

  /** @returns false: over the high-water mark. */
  data(stream: Stream, bytes: Buffer, from: number, to: number, end: boolean): boolean {
    if (from === to && !end) return stream.queuedBytes <= http2Limits.streamQueueBytes;
    if (end) stream.localEnded = true;
    let at = from;
    if (stream.queuedBytes === 0 && this.#free()) {
      do {
        const room = Math.min(to - at, FRAME, stream.sendWindow, this.window);
        if (room <= 0 && at < to) break;
        const last = at + room === to;
        this.#spend(stream, room);
        this.#writer.data(stream.id, bytes, at, at + room, end && last);
        at += room;
      } while (at < to && !this.#writer.gather.blocked);
      if (at === to) {
        if (end) this.#owner.onLocalEnd(stream);
        return true;
      }
    } else if (from === to) return this.#endOnly(stream);
    return this.#enqueue(stream, bytes, at, to, end);
  }

  /** @param text latin1. */
  text(stream: Stream, text: string, end: boolean): boolean {
    const length = text.length;
    const fits = length <= FRAME && length <= stream.sendWindow && length <= this.window;
    if (!fits || stream.queuedBytes > 0 || !this.#free()) {
      return this.data(stream, Buffer.from(text, 'latin1'), 0, length, end);
    }
    if (end) stream.localEnded = true;
    this.#spend(stream, length);
    this.#writer.text(stream.id, text, end);
    if (end) this.#owner.onLocalEnd(stream);
    return true;
  }

  /** Forgets what waits. */
  drop(stream: Stream): void {
    this.queuedBytes -= stream.queuedBytes;
    stream.queuedBytes = 0;
    stream.queue?.drop();
    stream.endQueued = false;
    stream.trailersQueued = undefined;
  }

  /** The peer opened a stream's window by `increment`. @returns false: over 2^31-1. */
  openStream(stream: Stream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.sendWindow > WINDOW_MAX) return false;
    if (stream.sendWindow > 0 && stream.queuedBytes > 0) this.#schedule(stream);
    return true;
  }

  openConnection(increment: number): boolean {
    this.window += increment;
    return this.window <= WINDOW_MAX;
  }

  /** Sends what the windows and the output take: one frame of each stream in turn. */
  pump(): void {
    while (this.#ringAt < this.#ring.length && this.#writer.gather.blocked === false) {
      if (this.window <= 0) return;
      const stream = this.#ring[this.#ringAt] as Stream;
      this.#ringAt += 1;
      stream.scheduled = false;
      // Its window may have shrunk with SETTINGS since it was put in line; `openStream` puts it there again.
      if (stream.closed || stream.queuedBytes === 0 || stream.sendWindow <= 0) continue;
      this.#sendOne(stream);
      if (stream.queuedBytes > 0 && stream.sendWindow > 0) this.#schedule(stream);
      if (stream.owesDrain && !stream.closed && stream.queuedBytes <= LOW_WATER) {
        stream.owesDrain = false;
        stream.sink.onDrain();
      }
    }
    if (this.#ringAt >= this.#ring.length && this.#ringAt > 0) {
      this.#ring.length = 0;
      this.#ringAt = 0;
    }
  }

  /** Nothing else waits for the connection's window or the socket: what comes may go at once. */
  #free(): boolean {
    return this.#ringAt >= this.#ring.length && !this.#writer.gather.blocked;
  }

  #spend(stream: Stream, octets: number): void {
    stream.sendWindow -= octets;
    this.window -= octets;
    this.frames += 1;
  }

  #endOnly(stream: Stream): boolean {
    if (stream.queuedBytes > 0) {
      stream.endQueued = true;
      return true;
    }
    this.#writer.data(stream.id, noBytes, 0, 0, true);
    this.#owner.onLocalEnd(stream);
    return true;
  }

  #enqueue(stream: Stream, bytes: Buffer, from: number, to: number, end: boolean): boolean {
    stream.queue ??= new WaitingData();
    stream.queue.append(bytes, from, to);
    stream.queuedBytes += to - from;
    this.queuedBytes += to - from;
    if (end) stream.endQueued = true;
    if (stream.sendWindow > 0) this.#schedule(stream);
    if (stream.queuedBytes <= http2Limits.streamQueueBytes && this.queuedBytes <= http2Limits.connectionQueueBytes) {
      return true;
    }
    stream.owesDrain = true;
    return false;
  }

  #schedule(stream: Stream): void {
    if (stream.scheduled) return;
    stream.scheduled = true;
    if (this.#ringAt > 1_024 && this.#ringAt * 2 > this.#ring.length) {
      this.#ring = this.#ring.slice(this.#ringAt);
      this.#ringAt = 0;
    }
    this.#ring.push(stream);
  }

  #sendOne(stream: Stream): void {
    const queue = stream.queue as WaitingData;
    const { bytes, from, to } = queue;
    const room = Math.min(to - from, stream.sendWindow, this.window);
    this.#spend(stream, room);
    stream.queuedBytes -= room;
    this.queuedBytes -= room;
    const ends = stream.queuedBytes === 0 && stream.endQueued;
    const flags = ends && stream.trailersQueued === undefined ? END_STREAM : 0;
    // Taken before it is written: the output may ask for more meanwhile.
    const done = queue.take(room);
    this.#writer.data(stream.id, bytes, from, from + room, flags !== 0);
    if (done !== undefined) giveBack(done);
    if (ends) this.#owner.onLocalEnd(stream);
  }
}

const noBytes = Buffer.alloc(0);

/** Credits what the peer sends: the connection as it arrives, a stream unless it is paused; windows grow with what a round trip carries. */

import type { FrameWriter } from '../frames/frame-writer.ts';
import { http2Limits } from '../limits.ts';
import type { Stream } from '../streams/stream.ts';
import { Bandwidth } from './bandwidth.ts';

export class Receiver {
  readonly bandwidth: Bandwidth;
  readonly #writer: FrameWriter;
  /** Octets that the peer may send on all streams together. */
  #window: number;
  #target: number;
  /** Octets by which the windows of open streams are larger than they began. */
  #grown = 0;
  readonly #streamWindow: number;

  constructor(writer: FrameWriter, now: () => number, connectionWindow: number, streamWindow: number) {
    this.#writer = writer;
    this.#window = connectionWindow;
    this.#target = connectionWindow;
    this.#streamWindow = streamWindow;
    this.bandwidth = new Bandwidth(now, streamWindow);
  }

  /** A DATA frame's payload on the connection. @returns false: more than was allowed. */
  arrive(length: number): boolean {
    this.#window -= length;
    if (this.#window < 0) return false;
    this.bandwidth.arrive(length);
    if (this.#window * 2 <= this.#target) {
      this.#writer.windowUpdate(0, this.#target - this.#window);
      this.#window = this.#target;
    }
    return true;
  }

  /** The same on a stream. */
  arriveOn(stream: Stream, length: number): boolean {
    stream.receiveWindow -= length;
    return stream.receiveWindow >= 0;
  }

  /** Octets that may arrive on a stream before the peer is owed a WINDOW_UPDATE; below 0: it is owed. */
  roomOn(stream: Stream): number {
    const ofStream = stream.receiveWindow - (stream.windowTarget >> 1);
    return Math.min(ofStream, this.#window - (this.#target >> 1)) - 1;
  }

  /** Gives credit for what a stream's user has taken, in large steps. */
  credit(stream: Stream): void {
    if (stream.paused || stream.remoteEnded || stream.receiveWindow * 2 > stream.windowTarget) return;
    if (this.bandwidth.measure()) this.#writer.ping(bandwidthPing, 0, false);
    this.#grow(stream);
    this.#writer.windowUpdate(stream.id, stream.windowTarget - stream.receiveWindow);
    stream.receiveWindow = stream.windowTarget;
  }

  /** The PONG of a measurement came. */
  measured(): void {
    this.bandwidth.measured();
    const target = Math.min(http2Limits.connectionWindowBytesMax, this.bandwidth.window * 2);
    if (target > this.#target) this.#target = target;
  }

  /** A stream ended: what its window had grown by may be given to others. */
  end(stream: Stream): void {
    if (stream.windowTarget > this.#streamWindow) this.#grown -= stream.windowTarget - this.#streamWindow;
  }

  #grow(stream: Stream): void {
    const more = this.bandwidth.window - stream.windowTarget;
    if (more <= 0 || this.#grown + more > http2Limits.windowGrowthBytesMax) return;
    if (stream.windowTarget < this.#streamWindow) return;
    this.#grown += more;
    stream.windowTarget += more;
  }
}

/** Opaque data of the PINGs that measure; no user's. */
export const bandwidthPing: Buffer = Buffer.from('weft-bdp', 'latin1');
/** Opaque data of `ping`. */
export const userPing: Buffer = Buffer.from('weftping', 'latin1');

export function sameOpaque(bytes: Buffer, from: number, opaque: Buffer): boolean {
  for (let i = 0; i < 8; i += 1) if (bytes[from + i] !== opaque[i]) return false;
  return true;
}

/** Streams that ended lately: tells frames that were on their way from frames that are wrong (RFC 9113 section 5.1). */

import { http2Limits } from '../limits.ts';

/** Not remembered: never opened, or too long ago. */
export const UNKNOWN = 0;
/** Both sides ended. */
export const ENDED = 1;
/** We reset it: what still comes is ignored. */
export const RESET_HERE = 2;
/** The peer reset it. */
export const RESET_THERE = 3;

export class ClosedStreams {
  #ids: Uint32Array | undefined;
  #how: Uint8Array | undefined;

  /** @param how `ENDED`, `RESET_HERE` or `RESET_THERE`. */
  add(id: number, how: number): void {
    this.#ids ??= new Uint32Array(http2Limits.closedStreamsKept);
    this.#how ??= new Uint8Array(http2Limits.closedStreamsKept);
    const slot = (id >>> 1) % http2Limits.closedStreamsKept;
    this.#ids[slot] = id;
    this.#how[slot] = how;
  }

  how(id: number): number {
    const slot = (id >>> 1) % http2Limits.closedStreamsKept;
    return this.#ids?.[slot] === id ? (this.#how?.[slot] as number) : UNKNOWN;
  }
}

/** The memory that sockets read into: one buffer that all share, and a few that a connection which carries much has for itself. */

import { platform } from 'node:process';
import { upstreamLimits } from './limits.ts';

/** Octets of the shared buffer: a read that fills it says that more is waiting. */
export const sharedBufferBytes = 65_536;
// libuv reads and calls back in one go but on Windows, where a read may be under way in several sockets at a time.
const shared = platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(sharedBufferBytes);

/** One buffer for all sockets where the system allows it. */
export function sharedBuffer(): Buffer {
  return shared ?? Buffer.allocUnsafeSlow(sharedBufferBytes);
}

/** Views of the shared buffer from its start, by their length: a message of a known length costs no new one. */
const views: (Buffer | undefined)[] = new Array(upstreamLimits.sharedViewBytesMax + 1).fill(undefined);

/** @returns the first `bytes` octets of `buffer`, without a copy. */
export function firstOctets(buffer: Buffer, bytes: number): Buffer {
  if (buffer !== shared || bytes > upstreamLimits.sharedViewBytesMax) return buffer.subarray(0, bytes);
  views[bytes] ??= buffer.subarray(0, bytes);
  return views[bytes] as Buffer;
}

/** Buffers that one connection at a time has for itself; bounded. */
export class OwnBuffers {
  readonly #max: number;
  readonly #free: Buffer[] = [];
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns nothing: all are taken. */
  take(): Buffer | undefined {
    if (this.#taken >= this.#max) return undefined;
    this.#taken += 1;
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(upstreamLimits.ownBufferBytes);
  }

  /** @param buffer that nothing reads into and nothing is sent from any more. */
  giveBack(buffer: Buffer): void {
    this.#taken -= 1;
    if (this.#free.length < upstreamLimits.ownBuffersKept) this.#free.push(buffer);
  }

  /** One that may still be sent from: the collector frees it. */
  leave(): void {
    this.#taken -= 1;
  }
}

/** Of the process; none where reads of several sockets may be under way at a time. */
export const ownBuffers = new OwnBuffers(shared === undefined ? 0 : upstreamLimits.ownBuffersMax);

/** SETTINGS: what a peer says of itself (RFC 9113 section 6.5, RFC 8441 section 3). */

import { http2ErrorCodes } from '../error-codes.ts';
import { readUint32 } from './frame-reader.ts';
import { DEFAULT_WINDOW, WINDOW_MAX } from './frame-types.ts';

export const HEADER_TABLE_SIZE = 1;
export const ENABLE_PUSH = 2;
export const MAX_CONCURRENT_STREAMS = 3;
export const INITIAL_WINDOW_SIZE = 4;
export const MAX_FRAME_SIZE = 5;
export const MAX_HEADER_LIST_SIZE = 6;
export const ENABLE_CONNECT_PROTOCOL = 8;

/** What the peer allows; the defaults hold until its SETTINGS come. */
export class PeerSettings {
  headerTableSize = 4_096;
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindow = DEFAULT_WINDOW;
  connectProtocol = false;
  /** The rule that was broken. */
  reason = '';

  /** @param fromServer the peer is a server. @returns an error code; 0: all is well. */
  read(bytes: Buffer, from: number, to: number, fromServer: boolean): number {
    for (let at = from; at < to; at += 6) {
      const id = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      const code = this.#apply(id, readUint32(bytes, at + 2), fromServer);
      if (code !== http2ErrorCodes.NO_ERROR) return code;
    }
    return http2ErrorCodes.NO_ERROR;
  }

  #apply(id: number, value: number, fromServer: boolean): number {
    switch (id) {
      case HEADER_TABLE_SIZE:
        this.headerTableSize = value;
        return 0;
      case ENABLE_PUSH:
        return value > (fromServer ? 0 : 1) ? this.#refuse('ENABLE_PUSH is 0 or 1, of a server 0') : 0;
      case MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        return 0;
      case INITIAL_WINDOW_SIZE:
        if (value > WINDOW_MAX) {
          this.reason = 'INITIAL_WINDOW_SIZE is 2^31-1 at most';
          return http2ErrorCodes.FLOW_CONTROL_ERROR;
        }
        this.initialWindow = value;
        return 0;
      case MAX_FRAME_SIZE:
        return value < 16_384 || value > 16_777_215 ? this.#refuse('MAX_FRAME_SIZE is 16384 to 16777215') : 0;
      case ENABLE_CONNECT_PROTOCOL:
        if (value > 1 || (this.connectProtocol && value === 0)) {
          return this.#refuse('ENABLE_CONNECT_PROTOCOL is 0 or 1, and 1 stays');
        }
        this.connectProtocol = value === 1;
        return 0;
      default:
        return 0;
    }
  }

  #refuse(reason: string): number {
    this.reason = reason;
    return http2ErrorCodes.PROTOCOL_ERROR;
  }
}

/** DATA frames that come: flow control, the length of the body, and who hears of it. */

import type { Core } from './core.ts';
import { http2ErrorCodes } from './error-codes.ts';
import { END_STREAM } from './frames/frame-types.ts';
import { ENDED, RESET_HERE, RESET_THERE } from './streams/closed-streams.ts';
import type { Stream } from './streams/stream.ts';

const { FLOW_CONTROL_ERROR, PROTOCOL_ERROR, STREAM_CLOSED, ENHANCE_YOUR_CALM } = http2ErrorCodes;

export class DataReceiver {
  readonly #core: Core;
  /** Who hears of the frame that is being read; nobody: it is dropped. */
  #stream: Stream | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  begin(streamId: number, flags: number, length: number, data: number): void {
    const core = this.#core;
    this.#stream = undefined;
    if (!core.receiver.arrive(length)) {
      core.fail(FLOW_CONTROL_ERROR, 'more data than the window of the connection');
      return;
    }
    if (core.guard.data(data, (flags & END_STREAM) !== 0)) {
      core.fail(ENHANCE_YOUR_CALM, 'too many DATA frames without data');
      return;
    }
    const stream = core.streams.get(streamId);
    if (stream === undefined || stream.remoteEnded) this.#unexpected(streamId, stream);
    else this.#check(stream, flags, length, data);
  }

  #check(stream: Stream, flags: number, length: number, data: number): void {
    const core = this.#core;
    if (!core.receiver.arriveOn(stream, length)) {
      core.violate(stream, FLOW_CONTROL_ERROR, 'more data than the window of the stream');
      return;
    }
    if (!core.server && !stream.headDone) {
      core.violate(stream, PROTOCOL_ERROR, 'data comes after the head');
      return;
    }
    if (stream.bodyLeft >= 0) {
      stream.bodyLeft -= data;
      const ends = (flags & END_STREAM) !== 0;
      if (stream.bodyLeft < 0 || (ends && stream.bodyLeft > 0)) {
        core.violate(stream, PROTOCOL_ERROR, 'Content-Length is the length of the body');
        return;
      }
    }
    this.#stream = stream;
  }

  #unexpected(streamId: number, stream: Stream | undefined): void {
    const core = this.#core;
    if (stream !== undefined) {
      core.violate(stream, STREAM_CLOSED, 'data comes before the end of the stream');
      return;
    }
    const idle = core.server ? streamId > core.lastRemoteId : streamId >= core.nextLocalId;
    if (streamId === 0 || idle || (streamId & 1) === 0) {
      core.fail(PROTOCOL_ERROR, 'data comes on a stream that is open');
      return;
    }
    const how = core.ended.how(streamId);
    if (how === RESET_HERE) return;
    if (how === ENDED) core.fail(STREAM_CLOSED, 'data comes before the end of the stream');
    else core.refuse(streamId, STREAM_CLOSED, how === RESET_THERE ? RESET_THERE : RESET_HERE);
  }

  /** Frames that no check refuses, and that no WINDOW_UPDATE answers, differ from one frame only in their number. */
  runRoom(streamId: number): number {
    const { streams, receiver } = this.#core;
    const stream = streams.get(streamId);
    return stream === undefined || stream.remoteEnded || stream.bodyLeft >= 0 ? 0 : receiver.roomOn(stream);
  }

  part(bytes: Buffer, from: number, to: number, end: boolean): void {
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    if (end) stream.remoteEnded = true;
    stream.sink.onData(bytes, from, to, end);
    if (end) this.#core.onRemoteEnd(stream);
  }

  end(): void {
    const stream = this.#stream;
    if (stream !== undefined && !stream.closed) this.#core.receiver.credit(stream);
    this.#stream = undefined;
  }
}

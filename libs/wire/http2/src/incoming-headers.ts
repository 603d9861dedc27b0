/** HEADERS and CONTINUATION frames that come: requests, answers, trailers. */

import { RequestHead, ResponseHead } from '@weft/http';
import type { Core } from './core.ts';
import { http2ErrorCodes } from './error-codes.ts';
import { readId } from './frames/frame-reader.ts';
import { END_HEADERS, END_STREAM, PADDED, PRIORITY_FLAG } from './frames/frame-types.ts';
import { http2Limits } from './limits.ts';
import { ENDED, RESET_HERE, UNKNOWN } from './streams/closed-streams.ts';
import { readRequestHead } from './streams/request-head.ts';
import { readResponseHead } from './streams/response-head.ts';
import { silent } from './streams/silent-sink.ts';
import type { Stream } from './streams/stream.ts';
import { readTrailers } from './streams/trailers.ts';

const {
  COMPRESSION_ERROR,
  ENHANCE_YOUR_CALM,
  FRAME_SIZE_ERROR,
  INTERNAL_ERROR,
  PROTOCOL_ERROR,
  REFUSED_STREAM,
  STREAM_CLOSED,
} = http2ErrorCodes;

export class HeadersReceiver {
  readonly #core: Core;
  /** Stream whose header block is not whole; 0: none. */
  openBlock = 0;
  #block: Buffer | undefined;
  #blockBytes = 0;
  #flags = 0;
  #continuations = 0;
  #dependsOnItself = false;

  constructor(core: Core) {
    this.#core = core;
  }

  headers(flags: number, streamId: number, bytes: Buffer, from: number, to: number): void {
    const core = this.#core;
    if (streamId === 0 || (streamId & 1) === 0) {
      core.fail(PROTOCOL_ERROR, 'a client opens streams with odd numbers');
      return;
    }
    let start = from;
    let end = to;
    if ((flags & PADDED) !== 0) {
      if (start >= end) {
        core.fail(FRAME_SIZE_ERROR, 'a padded frame has a pad length');
        return;
      }
      end -= bytes[start] as number;
      start += 1;
    }
    this.#dependsOnItself = false;
    if ((flags & PRIORITY_FLAG) !== 0) {
      if (to - start < 5) {
        core.fail(FRAME_SIZE_ERROR, 'a HEADERS frame has room for its priority');
        return;
      }
      this.#dependsOnItself = readId(bytes, start) === streamId;
      start += 5;
    }
    if (end < start) {
      core.fail(PROTOCOL_ERROR, 'padding is longer than its frame');
      return;
    }
    if ((flags & END_HEADERS) !== 0) this.#whole(streamId, flags, bytes, start, end);
    else {
      this.openBlock = streamId;
      this.#flags = flags;
      this.#blockBytes = 0;
      this.#continuations = 0;
      this.#append(bytes, start, end);
    }
  }

  continuation(flags: number, streamId: number, bytes: Buffer, from: number, to: number): void {
    const core = this.#core;
    if (this.openBlock === 0 || streamId !== this.openBlock) {
      core.fail(PROTOCOL_ERROR, 'CONTINUATION follows HEADERS of the same stream');
      return;
    }
    this.#continuations += 1;
    if (
      this.#continuations > http2Limits.continuationFramesMax ||
      this.#blockBytes + to - from > http2Limits.headerBlockBytesMax
    ) {
      core.fail(ENHANCE_YOUR_CALM, 'a header block is too large or in too many frames');
      return;
    }
    this.#append(bytes, from, to);
    if ((flags & END_HEADERS) === 0) return;
    this.openBlock = 0;
    const block = this.#block as Buffer;
    this.#block = undefined;
    this.#whole(streamId, this.#flags, block, 0, this.#blockBytes);
  }

  #append(bytes: Buffer, from: number, to: number): void {
    this.#block ??= Buffer.allocUnsafeSlow(http2Limits.headerBlockBytesMax);
    bytes.copy(this.#block, this.#blockBytes, from, to);
    this.#blockBytes += to - from;
  }

  #whole(streamId: number, flags: number, bytes: Buffer, from: number, to: number): void {
    const core = this.#core;
    const { decoder } = core;
    if (!decoder.decode(bytes, from, to)) {
      core.fail(COMPRESSION_ERROR, 'a header block can be decoded');
      return;
    }
    const listBytesMax = core.options.headerListBytesMax ?? http2Limits.headerListBytesMax;
    if (decoder.list.bytes > listBytesMax * http2Limits.headerBombFactor) {
      core.fail(ENHANCE_YOUR_CALM, 'a header block decodes to far too much');
      return;
    }
    const ended = (flags & END_STREAM) !== 0;
    const stream = core.streams.get(streamId);
    if (stream === undefined) {
      if (core.server && streamId > core.lastRemoteId) this.#request(streamId, ended);
      else this.#unexpected(streamId);
    } else if (stream.remoteEnded) core.violate(stream, STREAM_CLOSED, 'headers come before the end of the stream');
    else if (this.#dependsOnItself) core.violate(stream, PROTOCOL_ERROR, 'no stream depends on itself');
    else if (core.server || stream.headDone) this.#trailers(stream, ended);
    else this.#response(stream, ended);
  }

  #unexpected(streamId: number): void {
    const core = this.#core;
    const how = core.ended.how(streamId);
    if (how === RESET_HERE) return;
    if (!core.server && streamId < core.nextLocalId && how === UNKNOWN) return;
    if (how === UNKNOWN) core.fail(PROTOCOL_ERROR, 'the numbers of streams rise');
    else if (how === ENDED) core.fail(STREAM_CLOSED, 'headers come before the end of the stream');
    else core.fail(STREAM_CLOSED, 'no headers come after RST_STREAM');
  }

  #request(streamId: number, ended: boolean): void {
    const core = this.#core;
    core.lastRemoteId = streamId;
    if (core.refusing) {
      core.refuse(streamId, REFUSED_STREAM, RESET_HERE);
      return;
    }
    if (core.streams.size >= core.streamsMax) {
      core.refuse(streamId, REFUSED_STREAM, RESET_HERE);
      return;
    }
    if (this.#dependsOnItself) {
      core.refuse(streamId, PROTOCOL_ERROR, RESET_HERE);
      return;
    }
    if (core.decoder.tooLarge) {
      // As Envoy: the stream is reset, nobody is asked for an answer.
      core.refuse(streamId, INTERNAL_ERROR, RESET_HERE);
      core.options.sink.onHeadTooLarge?.(core.decoder.tooLong ? 'bytes' : 'fields');
      return;
    }
    const head = new RequestHead();
    const broken = readRequestHead(core.decoder.list, ended, core.options.extendedConnect === true, head);
    if (broken !== '') {
      core.refuse(streamId, PROTOCOL_ERROR, RESET_HERE);
      return;
    }
    const stream = core.open(streamId, silent);
    stream.remoteEnded = ended;
    stream.isConnect = head.upgrade !== '' || head.method === 'CONNECT';
    stream.upgrade = head.upgrade;
    if (head.framing === 'length') stream.bodyLeft = head.contentLength;
    const sink = core.options.sink.onRequest(stream, head, ended);
    if (stream.closed) return;
    // After a reset within the call nothing more is heard.
    if (!stream.resetQueued) stream.sink = sink;
    if (ended) core.onRemoteEnd(stream);
  }

  #response(stream: Stream, ended: boolean): void {
    const core = this.#core;
    if (core.decoder.tooLarge) {
      core.violate(stream, PROTOCOL_ERROR, 'an answer has a head within SETTINGS_MAX_HEADER_LIST_SIZE');
      return;
    }
    const head = new ResponseHead();
    const broken = readResponseHead(core.decoder.list, ended, stream.isHead, head);
    if (broken !== '') {
      core.violate(stream, PROTOCOL_ERROR, broken);
      return;
    }
    if (head.status < 200) {
      stream.sink.onInformational(head);
      return;
    }
    stream.headDone = true;
    if (stream.upgrade !== '' && head.status < 300 && !ended) {
      head.status = 101;
      head.upgrade = stream.upgrade;
    }
    if (stream.isConnect && head.status < 300) stream.bodyLeft = -1;
    else if (stream.isHead || head.status === 204 || head.status === 304) stream.bodyLeft = 0;
    else if (head.framing === 'length') stream.bodyLeft = head.contentLength;
    if (ended) stream.remoteEnded = true;
    stream.sink.onHead(head);
    if (ended) core.onRemoteEnd(stream);
  }

  #trailers(stream: Stream, ended: boolean): void {
    const core = this.#core;
    let broken = ended ? '' : 'headers after the head end the stream';
    if (broken === '' && core.decoder.tooLarge) broken = 'trailers are within SETTINGS_MAX_HEADER_LIST_SIZE';
    if (broken === '' && stream.bodyLeft > 0) broken = 'Content-Length is the length of the body';
    const fields: string[] = [];
    if (broken === '') broken = readTrailers(core.decoder.list, fields);
    if (broken !== '') {
      core.violate(stream, PROTOCOL_ERROR, broken);
      return;
    }
    stream.remoteEnded = true;
    stream.sink.onTrailers(fields);
    core.onRemoteEnd(stream);
  }
}

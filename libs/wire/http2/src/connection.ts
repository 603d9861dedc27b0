/** One end of an HTTP/2 connection: frames in order, to who receives them. */

import type { Http2Connection, Http2ConnectionOptions, Http2Stream, Http2StreamSink } from './connection.types.ts';
import { Core } from './core.ts';
import { http2ErrorCodes } from './error-codes.ts';
import { userPing } from './flow/receiver.ts';
import { type FrameHandler, FrameReader } from './frames/frame-reader.ts';
import {
  ACK,
  CONTINUATION,
  GOAWAY,
  HEADERS,
  PING,
  PRIORITY,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frames/frame-types.ts';
import {
  receiveGoaway,
  receivePing,
  receivePriority,
  receiveReset,
  receiveSettings,
  receiveWindowUpdate,
} from './incoming-control.ts';
import { DataReceiver } from './incoming-data.ts';
import { HeadersReceiver } from './incoming-headers.ts';
import { RESET_HERE } from './streams/closed-streams.ts';

const { ENHANCE_YOUR_CALM, PROTOCOL_ERROR } = http2ErrorCodes;

/** @returns the end that answers. Its SETTINGS are gathered at once. */
export function createHttp2Server(options: Http2ConnectionOptions): Http2Connection {
  return new Connection(new Core(options, true));
}

/** @returns the end that asks. Its preface and SETTINGS are gathered at once; requests may follow without waiting. */
export function createHttp2Client(options: Http2ConnectionOptions): Http2Connection {
  return new Connection(new Core(options, false));
}

class Connection implements Http2Connection, FrameHandler {
  readonly #core: Core;
  readonly #reader: FrameReader;
  readonly #headers: HeadersReceiver;
  readonly #data: DataReceiver;
  #first = true;

  constructor(core: Core) {
    this.#core = core;
    this.#reader = new FrameReader(this, core.server);
    this.#headers = new HeadersReceiver(core);
    this.#data = new DataReceiver(core);
  }

  get stopped(): boolean {
    return this.#core.stopped;
  }

  get streamsLeft(): number {
    return this.#core.streamsLeft;
  }

  get openStreams(): number {
    return this.#core.streams.size;
  }

  get extendedConnect(): boolean {
    return this.#core.peer.connectProtocol;
  }

  receive(chunk: Buffer): void {
    if (this.#core.stopped) return;
    this.#reader.receive(chunk);
    this.#core.checkBlocked();
    this.#core.closeIfDone();
  }

  receiveEnd(reason: string): void {
    this.#core.lost(reason);
  }

  flush(): void {
    this.#core.flush();
  }

  onOutputDrain(): void {
    const core = this.#core;
    if (core.stopped) return;
    const { blocked } = core.gather;
    core.gather.drained();
    // Nothing has waited for it: what gathers leaves at the end of the turn.
    if (!blocked) return;
    core.sender.pump();
    core.flush();
  }

  request(
    head: {
      method: string;
      scheme: string;
      authority: string;
      target: string;
      fields: readonly string[];
      upgrade: string;
    },
    end: boolean,
    sink: Http2StreamSink,
  ): Http2Stream {
    const core = this.#core;
    const id = core.nextLocalId;
    core.nextLocalId += 2;
    const stream = core.open(id, sink);
    if (core.stopped) {
      core.endEarly(stream, RESET_HERE, { errorCode: 0, kind: 'connection', unprocessed: true, reason: '' });
      return stream;
    }
    core.gather.newestId = id;
    const connect = head.upgrade !== '' || head.method === 'CONNECT';
    stream.isHead = head.method === 'HEAD';
    stream.isConnect = connect;
    stream.upgrade = head.upgrade;
    const encoder = core.writer.beginHeaders();
    encoder.field(':method', connect ? 'CONNECT' : head.method);
    if (head.upgrade !== '') encoder.field(':protocol', head.upgrade);
    if (!connect || head.upgrade !== '') {
      encoder.field(':scheme', head.scheme);
      encoder.field(':path', head.target);
    }
    encoder.field(':authority', head.authority);
    encoder.fields(head.fields);
    if (end) stream.localEnded = true;
    core.writer.endHeaders(id, end);
    if (end) core.onLocalEnd(stream);
    return stream;
  }

  ping(): void {
    if (!this.#core.stopped) this.#core.writer.ping(userPing, 0, false);
  }

  shutdown(): void {
    this.#core.shutdown();
  }

  drained(): void {
    this.#core.drained();
  }

  destroy(errorCode: number, reason: string): void {
    this.#core.fail(errorCode, reason);
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, from: number, to: number): void {
    const core = this.#core;
    if (this.#first) {
      this.#first = false;
      if (type !== SETTINGS || (flags & ACK) !== 0) {
        core.fail(PROTOCOL_ERROR, 'a connection begins with SETTINGS');
        return;
      }
    }
    if (this.#headers.openBlock !== 0 && type !== CONTINUATION) {
      core.fail(PROTOCOL_ERROR, 'nothing comes between the frames of a header block');
      return;
    }
    switch (type) {
      case HEADERS:
        this.#headers.headers(flags, streamId, bytes, from, to);
        return;
      case CONTINUATION:
        this.#headers.continuation(flags, streamId, bytes, from, to);
        return;
      case WINDOW_UPDATE:
        receiveWindowUpdate(core, streamId, bytes, from, to);
        return;
      case RST_STREAM:
        receiveReset(core, streamId, bytes, from, to);
        return;
      case PING:
        receivePing(core, flags, streamId, bytes, from, to);
        return;
      case SETTINGS:
        receiveSettings(core, flags, streamId, bytes, from, to);
        return;
      case PRIORITY:
        receivePriority(core, streamId, bytes, from, to);
        return;
      case GOAWAY:
        receiveGoaway(core, streamId, bytes, from, to);
        return;
      case PUSH_PROMISE:
        core.fail(PROTOCOL_ERROR, 'push is not allowed');
        return;
      default:
        if (core.guard.ping()) core.fail(ENHANCE_YOUR_CALM, 'too many frames of unknown types');
    }
  }

  onDataFrame(streamId: number, flags: number, length: number, data: number): void {
    if (this.#first || this.#headers.openBlock !== 0) {
      this.#core.fail(PROTOCOL_ERROR, 'nothing comes between the frames of a header block');
      return;
    }
    this.#data.begin(streamId, flags, length, data);
  }

  runRoom(streamId: number): number {
    return this.#data.runRoom(streamId);
  }

  onDataPart(bytes: Buffer, from: number, to: number, end: boolean): void {
    this.#data.part(bytes, from, to, end);
  }

  onDataFrameEnd(): void {
    this.#data.end();
  }

  onFramingError(errorCode: number, reason: string): void {
    this.#core.fail(errorCode, reason);
  }
}

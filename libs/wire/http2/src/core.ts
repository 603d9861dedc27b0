/** The state of a connection, and all that changes it from our side: streams, their ends, GOAWAY, failure. */

import type { Http2ConnectionOptions, Http2Reset, Http2StreamSink } from './connection.types.ts';
import { http2ErrorCodes } from './error-codes.ts';
import { FloodGuard } from './floods/flood-guard.ts';
import { Receiver } from './flow/receiver.ts';
import { Sender } from './flow/sender.ts';
import { DEFAULT_WINDOW } from './frames/frame-types.ts';
import { FrameWriter } from './frames/frame-writer.ts';
import { Gather } from './frames/gather.ts';
import * as settings from './frames/settings.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { HpackEncoder } from './hpack/encoder.ts';
import { http2Limits } from './limits.ts';
import { ClosedStreams, ENDED, RESET_HERE, type RESET_THERE } from './streams/closed-streams.ts';
import { silent } from './streams/silent-sink.ts';
import { Stream, type StreamHost } from './streams/stream.ts';
import { StreamTable } from './streams/stream-table.ts';

/** The highest stream id: the first step of a graceful GOAWAY names it. */
const ID_MAX = 0x7fff_ffff;
/** Octets of the reason in GOAWAY. */
const REASON_MAX = 256;
/** Streams that a client may open before it knows the server's SETTINGS. */
const STREAMS_BEFORE_SETTINGS = 100;

const statusTexts: string[] = Array.from({ length: 600 }, (_, status) => String(status));

export class Core implements StreamHost {
  readonly options: Http2ConnectionOptions;
  readonly server: boolean;
  readonly gather: Gather;
  readonly encoder = new HpackEncoder();
  readonly decoder: HpackDecoder;
  readonly writer: FrameWriter;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly guard: FloodGuard;
  readonly peer = new settings.PeerSettings();
  readonly streams = new StreamTable();
  readonly ended = new ClosedStreams();
  readonly streamsMax: number;
  readonly streamWindow: number;
  /** What a new stream's peer may send: our SETTINGS count from their acknowledgement on, where they are smaller than the default. */
  acknowledgedWindow: number;
  settingsKnown = false;
  /** Highest id that the peer opened, and how many streams were opened by either. */
  lastRemoteId = 0;
  opened = 0;
  nextLocalId = 1;
  /** Nothing is read or written any more. */
  stopped = false;
  /** New streams of the peer are refused. */
  refusing = false;
  goawaySent = false;
  goawayReceived = false;

  constructor(options: Http2ConnectionOptions, server: boolean) {
    this.options = options;
    this.server = server;
    this.streamsMax = options.maxConcurrentStreams ?? http2Limits.concurrentStreamsMax;
    this.streamWindow = options.initialStreamWindow ?? http2Limits.streamWindowBytes;
    this.acknowledgedWindow = Math.max(this.streamWindow, DEFAULT_WINDOW);
    const connectionWindow = Math.max(
      options.initialConnectionWindow ?? http2Limits.connectionWindowBytes,
      DEFAULT_WINDOW,
    );
    const listBytesMax = options.headerListBytesMax ?? http2Limits.headerListBytesMax;
    this.gather = new Gather(options.output);
    this.decoder = new HpackDecoder(listBytesMax, options.headerFieldsMax ?? http2Limits.headerFieldsMax);
    this.writer = new FrameWriter(this.gather, this.encoder);
    this.sender = new Sender(this.writer, this);
    this.receiver = new Receiver(this.writer, options.now, connectionWindow, this.streamWindow);
    this.guard = new FloodGuard(options.now);
    if (!server) this.writer.preface();
    this.writer.settings(this.#ownSettings(listBytesMax));
    if (connectionWindow > DEFAULT_WINDOW) this.writer.windowUpdate(0, connectionWindow - DEFAULT_WINDOW);
  }

  #ownSettings(listBytesMax: number): number[] {
    const pairs = [settings.INITIAL_WINDOW_SIZE, this.streamWindow, settings.MAX_HEADER_LIST_SIZE, listBytesMax];
    if (!this.server) return [settings.ENABLE_PUSH, 0, ...pairs];
    pairs.push(settings.MAX_CONCURRENT_STREAMS, this.streamsMax);
    if (this.options.extendedConnect === true) pairs.push(settings.ENABLE_CONNECT_PROTOCOL, 1);
    return pairs;
  }

  get streamsLeft(): number {
    if (this.stopped || this.goawaySent || this.goawayReceived || this.nextLocalId > ID_MAX) return 0;
    const allowed = this.settingsKnown ? this.peer.maxConcurrentStreams : STREAMS_BEFORE_SETTINGS;
    return Math.max(0, Math.min(allowed, this.streamsMax) - this.streams.size);
  }

  /** Opens a stream of either side. */
  open(id: number, sink: Http2StreamSink): Stream {
    const stream = new Stream(id, sink, this, this.peer.initialWindow, this.acknowledgedWindow);
    this.streams.add(stream);
    this.opened += 1;
    return stream;
  }

  respond(stream: Stream, status: number, fields: readonly string[], end: boolean): void {
    if (this.stopped || stream.headDone) return;
    const switched = status === 101 && stream.upgrade !== '';
    const final = status >= 200 || switched;
    if (final) stream.headDone = true;
    if (end && final) stream.localEnded = true;
    const encoder = this.writer.beginHeaders();
    encoder.field(':status', switched ? '200' : (statusTexts[status] ?? String(status)));
    encoder.fields(fields);
    this.writer.endHeaders(stream.id, end && final);
    if (end && final) this.onLocalEnd(stream);
  }

  data(stream: Stream, bytes: Buffer, from: number, to: number, end: boolean): boolean {
    return this.stopped || this.sender.data(stream, bytes, from, to, end);
  }

  text(stream: Stream, text: string, end: boolean): boolean {
    return this.stopped || this.sender.text(stream, text, end);
  }

  trailers(stream: Stream, fields: readonly string[]): void {
    if (this.stopped) return;
    stream.localEnded = true;
    if (stream.queuedBytes > 0) {
      stream.endQueued = true;
      stream.trailersQueued = fields;
    } else this.#writeTrailers(stream, fields);
  }

  #writeTrailers(stream: Stream, fields: readonly string[]): void {
    if (fields.length === 0) this.writer.data(stream.id, noBytes, 0, 0, true);
    else {
      this.writer.beginHeaders().fields(fields);
      this.writer.endHeaders(stream.id, true);
    }
    stream.trailersQueued = undefined;
    this.onLocalEnd(stream);
  }

  /** The last data of a stream left; its trailers may still wait. */
  onLocalEnd(stream: Stream): void {
    if (stream.trailersQueued !== undefined) {
      this.#writeTrailers(stream, stream.trailersQueued);
      return;
    }
    stream.localSent = true;
    if (stream.remoteEnded) this.close(stream, ENDED);
    else if (stream.resetQueued) {
      this.writer.resetStream(stream.id, http2ErrorCodes.NO_ERROR);
      this.close(stream, RESET_HERE);
    }
  }

  /** END_STREAM came and was told. */
  onRemoteEnd(stream: Stream): void {
    if (!stream.closed && stream.localSent) this.close(stream, ENDED);
  }

  reset(stream: Stream, errorCode: number): void {
    if (this.stopped) return;
    stream.sink = silent;
    // An answer that is whole but waits for its window goes first; only the rest of the request is given up.
    if (errorCode === http2ErrorCodes.NO_ERROR && stream.localEnded && !stream.localSent) {
      stream.resetQueued = true;
      return;
    }
    this.writer.resetStream(stream.id, errorCode);
    this.close(stream, RESET_HERE);
  }

  resume(stream: Stream): void {
    if (!this.stopped) this.receiver.credit(stream);
  }

  /** The peer broke a rule on a stream. */
  violate(stream: Stream, errorCode: number, reason: string): void {
    this.writer.resetStream(stream.id, errorCode);
    this.endEarly(stream, RESET_HERE, { errorCode, kind: 'violation', unprocessed: false, reason });
    this.countReset();
  }

  /** RST_STREAM for a stream that is not there. @param how as in `ClosedStreams`. */
  refuse(streamId: number, errorCode: number, how: number): void {
    this.writer.resetStream(streamId, errorCode);
    this.ended.add(streamId, how);
    // Who was told to go away lately is not to blame.
    if (!this.refusing) this.countReset();
  }

  countReset(): void {
    if (this.server && this.guard.reset()) this.fail(http2ErrorCodes.ENHANCE_YOUR_CALM, 'too many streams were reset');
  }

  /** Ends a stream and tells its user. @param how as in `ClosedStreams`. */
  endEarly(stream: Stream, how: typeof RESET_HERE | typeof RESET_THERE, reset: Http2Reset): void {
    if (stream.closed) return;
    this.close(stream, how);
    stream.sink.onReset(reset);
  }

  /** Forgets a stream. */
  close(stream: Stream, how: number): void {
    stream.closed = true;
    this.sender.drop(stream);
    this.receiver.end(stream);
    this.streams.delete(stream.id);
    this.ended.add(stream.id, how);
    if (this.streams.size === 0 && !this.stopped) this.options.sink.onIdle();
  }

  /** After each turn: a connection that nobody may use any more is closed. */
  closeIfDone(): void {
    if (this.stopped || this.streams.size > 0) return;
    // A client that has said GOAWAY may still ask, in the same read or in a later one: it ends the connection, as with Envoy.
    const done = this.server ? this.refusing : this.goawayReceived || this.goawaySent;
    if (!done) return;
    this.gather.finish();
    this.#stop(http2ErrorCodes.NO_ERROR, '', false);
  }

  /** An error of the connection: GOAWAY, and the end of all streams. */
  fail(errorCode: number, reason: string): void {
    if (this.stopped) return;
    this.writer.goaway(this.lastRemoteId, errorCode, reason.slice(0, REASON_MAX));
    this.gather.finish();
    this.#stop(errorCode, reason, true);
  }

  /** The socket is gone: nothing can be written. */
  lost(reason: string): void {
    if (!this.stopped)
      this.#stop(http2ErrorCodes.NO_ERROR, reason === '' ? 'the peer closed the connection' : reason, true);
  }

  #stop(errorCode: number, reason: string, now: boolean): void {
    this.stopped = true;
    const kind = reason !== '' && errorCode !== http2ErrorCodes.NO_ERROR ? 'violation' : 'connection';
    for (const stream of this.streams.values()) {
      const unprocessed = !this.server && stream.id > this.gather.handedId;
      this.endEarly(stream, RESET_HERE, { errorCode, kind, unprocessed, reason });
    }
    this.options.output.close(now);
    this.options.sink.onClosed(errorCode, reason);
  }

  shutdown(): void {
    if (this.stopped || this.goawaySent) return;
    this.goawaySent = true;
    this.writer.goaway(this.server ? ID_MAX : 0, http2ErrorCodes.NO_ERROR, '');
  }

  drained(): void {
    if (this.stopped || this.refusing) return;
    this.refusing = true;
    this.goawaySent = true;
    if (this.server) this.writer.goaway(this.lastRemoteId, http2ErrorCodes.NO_ERROR, '');
  }

  flush(): void {
    if (this.stopped) return;
    this.checkBlocked();
    this.gather.flush();
    this.closeIfDone();
  }

  /** What is made for a peer that does not read is bounded. */
  checkBlocked(): void {
    const { gather } = this;
    if (!gather.blocked || this.stopped) return;
    const octets = gather.blockedBytes + gather.at;
    if (octets <= http2Limits.blockedOutputBytesMax && gather.blockedControls <= http2Limits.blockedControlFramesMax)
      return;
    this.fail(http2ErrorCodes.ENHANCE_YOUR_CALM, 'the peer does not read what it asks for');
  }
}

const noBytes = Buffer.alloc(0);

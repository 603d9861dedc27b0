/** One stream: its state, and what its user may do with it. */

import type { Http2Stream, Http2StreamSink } from '../connection.types.ts';
import type { WaitingData } from '../flow/waiting-data.ts';

/** What a stream needs of its connection. */
export interface StreamHost {
  respond(stream: Stream, status: number, fields: readonly string[], end: boolean): void;
  data(stream: Stream, bytes: Buffer, from: number, to: number, end: boolean): boolean;
  text(stream: Stream, text: string, end: boolean): boolean;
  trailers(stream: Stream, fields: readonly string[]): void;
  reset(stream: Stream, errorCode: number): void;
  resume(stream: Stream): void;
}

export class Stream implements Http2Stream {
  readonly id: number;
  sink: Http2StreamSink;
  readonly host: StreamHost;
  /** Octets that may be sent; below 0 after a SETTINGS that made windows smaller. */
  sendWindow: number;
  /** Data that waits, once some did. */
  queue: WaitingData | undefined = undefined;
  queuedBytes = 0;
  /** END_STREAM stands at the end of the queue, or trailers do. */
  endQueued = false;
  trailersQueued: readonly string[] | undefined = undefined;
  /** RST_STREAM(NO_ERROR) stands after that. */
  resetQueued = false;
  /** Stands in the sender's ring. */
  scheduled = false;
  /** `data` said false. */
  owesDrain = false;
  /** Octets that the peer may send. */
  receiveWindow: number;
  /** What the window is filled up to. */
  windowTarget: number;
  paused = false;
  /** END_STREAM came. */
  remoteEnded = false;
  /** END_STREAM was sent or is queued. */
  localEnded = false;
  /** END_STREAM has left. */
  localSent = false;
  /** Told and forgotten: nothing more may be done. */
  closed = false;
  /** The final head came (client), or went (server). */
  headDone = false;
  /** Octets of DATA that must still come; -1: any number. */
  bodyLeft = -1;
  /** The request was HEAD. */
  isHead = false;
  /** The request was CONNECT, plain or extended. */
  isConnect = false;
  /** ":protocol" of an extended CONNECT. */
  upgrade = '';

  constructor(id: number, sink: Http2StreamSink, host: StreamHost, sendWindow: number, receiveWindow: number) {
    this.id = id;
    this.sink = sink;
    this.host = host;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.windowTarget = receiveWindow;
  }

  respond(status: number, fields: readonly string[], end: boolean): void {
    if (!this.closed && !this.localEnded) this.host.respond(this, status, fields, end);
  }

  data(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    return this.closed || this.localEnded ? true : this.host.data(this, bytes, from, to, end);
  }

  text(text: string, end: boolean): boolean {
    return this.closed || this.localEnded ? true : this.host.text(this, text, end);
  }

  trailers(fields: readonly string[]): void {
    if (!this.closed && !this.localEnded) this.host.trailers(this, fields);
  }

  reset(errorCode: number): void {
    if (!this.closed) this.host.reset(this, errorCode);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (!this.closed && !this.remoteEnded) this.host.resume(this);
  }
}

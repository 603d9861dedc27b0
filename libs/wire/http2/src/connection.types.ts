/** What an HTTP/2 connection tells and is told: the contract with the request path (data/proxy downstream, data/upstream upstream). */

import type { RequestHead, ResponseHead } from '@weft/http';

/** Where a connection's octets go. */
export interface Http2Output {
  /** @param bytes the receiver's until it has left; the connection makes another buffer. @returns false: wait for `onOutputDrain`. */
  write(bytes: Buffer): boolean;
  /** Where it is known: all that was written has left the process, so that its memory may be used again. */
  drained?(): boolean;
  /** Asks for one `flush` of the connection, in this turn of the event loop after the other reads; asked once until it came. */
  requestFlush(): void;
  /** After the octets written so far: no more will be written. @param now true: do not wait for the peer. */
  close(now: boolean): void;
}

/** Why a stream or a connection ended early. Numbers are those of RFC 9113 section 7. */
export interface Http2Reset {
  readonly errorCode: number;
  /** 'remote': RST_STREAM came; 'goaway': a GOAWAY says that the stream was not processed; 'connection': the connection ended or broke;
   *  'violation': the peer broke a rule of the protocol; 'local': `reset` of our own side. */
  readonly kind: 'remote' | 'goaway' | 'connection' | 'violation' | 'local';
  /** The peer cannot have acted on the request (REFUSED_STREAM, above GOAWAY's last stream): it may be sent again. */
  readonly unprocessed: boolean;
  /** The rule that was broken, one sentence; else empty. */
  readonly reason: string;
}

/** What a stream tells its user. Bytes are valid during the call only. None of these may throw. */
export interface Http2StreamSink {
  /**
   * Client: the final answer's head (`framing` 'none' where the stream ended with it). A 2xx to an extended CONNECT comes as in HTTP/1:
   * status 101 with `upgrade` set.
   */
  onHead(head: ResponseHead): void;
  /** Client: a 1xx, not 101. */
  onInformational(head: ResponseHead): void;
  /** @param end the message is whole with it; the length may be 0 then. */
  onData(bytes: Buffer, from: number, to: number, end: boolean): void;
  /** The message is whole with it. @param fields flat, validated. */
  onTrailers(fields: string[]): void;
  /** There is room again after a `data` that said false. */
  onDrain(): void;
  /** The stream ended early; not after the user's own `reset`. */
  onReset(reset: Http2Reset): void;
}

/** One stream of either end. */
export interface Http2Stream {
  readonly id: number;
  /** May be set once after a stream came (server) or given when it is opened (client). */
  sink: Http2StreamSink;
  /** Server: an answer's head, `status` 1xx too; 101 to an extended CONNECT is sent as 200. @param end no body and no trailers follow. */
  respond(status: number, fields: readonly string[], end: boolean): void;
  /** Copies the bytes. @returns false: over the high-water mark of what waits for window or socket: wait for `onDrain`. */
  data(bytes: Buffer, from: number, to: number, end: boolean): boolean;
  /** latin1. */
  text(text: string, end: boolean): boolean;
  trailers(fields: readonly string[]): void;
  /** RST_STREAM; what waits is dropped and the sink hears no more. After both sides ended it does nothing. */
  reset(errorCode: number): void;
  /** Takes no more credit for this stream's window until `resume`: at most one window of data still comes. The connection's window is not held back. */
  pause(): void;
  resume(): void;
}

/** What a connection tells its owner. */
export interface Http2ConnectionSink {
  /** Server: a request. @param ended there is no body. @returns what hears of the stream. */
  onRequest(stream: Http2Stream, head: RequestHead, ended: boolean): Http2StreamSink;
  /** Server: a request was reset because of its head: of how large it is, or of how many fields it has. */
  onHeadTooLarge?(what: 'bytes' | 'fields'): void;
  /** Settings of the peer are known (client: `maxConcurrentStreams`, `extendedConnect` are right from here on). */
  onSettings(): void;
  /** The peer sent GOAWAY: no new streams here. Streams above its last were told. */
  onGoaway(errorCode: number): void;
  /** No open streams are left after GOAWAY (a server's: its own, after `drained`), or the connection failed: nothing will be written any more. @param reason empty: in order. */
  onClosed(errorCode: number, reason: string): void;
  /** Client or server: the number of open streams fell to 0. */
  onIdle(): void;
  /** An answer to `ping`. */
  onPong(): void;
}

export interface Http2ConnectionOptions {
  readonly output: Http2Output;
  readonly sink: Http2ConnectionSink;
  /** SETTINGS that are sent; defaults in `http2Limits`. */
  readonly maxConcurrentStreams?: number;
  readonly initialStreamWindow?: number;
  readonly initialConnectionWindow?: number;
  /** Names, values and 32 for each field: a request over it is reset with INTERNAL_ERROR, as Envoy does (SETTINGS_MAX_HEADER_LIST_SIZE). */
  readonly headerListBytesMax?: number;
  readonly headerFieldsMax?: number;
  /** Server: SETTINGS_ENABLE_CONNECT_PROTOCOL. */
  readonly extendedConnect?: boolean;
  /** Monotonic milliseconds: for rates (floods) and for the growth of windows. */
  readonly now: () => number;
}

/** One end of a connection. Feed it what is read; it calls back synchronously. */
export interface Http2Connection {
  /** Octets that were read, valid during the call. The preface is expected by a server and sent by a client. */
  receive(chunk: Buffer): void;
  /** The peer will send no more, or the socket broke: open streams hear 'connection'. */
  receiveEnd(reason: string): void;
  /** Writes what has gathered, in one call of `output.write` where it fits. */
  flush(): void;
  /** The output takes more again. */
  onOutputDrain(): void;
  /** Client: opens a stream; only while `streamsLeft` is above 0 (after the end `sink` hears `onReset` before this returns). @param fields as in `RequestHead`; `scheme` and for extended CONNECT `upgrade` are used. @param target path with query. */
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
  ): Http2Stream;
  /** Client: streams that may be opened now: the peer's limit less the open ones; 0 after GOAWAY or when ids are used up. */
  readonly streamsLeft: number;
  readonly openStreams: number;
  /** Client: the peer allows extended CONNECT. */
  readonly extendedConnect: boolean;
  /** Asks for a PONG. */
  ping(): void;
  /** Graceful: a GOAWAY with the highest id, then after `drained` the real one (RFC 9113 section 6.8); open streams finish. */
  shutdown(): void;
  /** Second step of `shutdown`: new streams are refused from here on. */
  drained(): void;
  /** GOAWAY with an error and the end of all streams. */
  destroy(errorCode: number, reason: string): void;
}

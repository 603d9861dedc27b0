/** The client's side of an exchange: an HTTP/1 connection or an HTTP/2 stream. */

import type { Framing } from '@weft/http';

/**
 * What an exchange writes its answer to. Bytes are valid during the call only. Each function that says false wants the writer to wait for
 * `HttpExchange.onDownstreamDrain`.
 */
export interface Downstream {
  /** 100 to 199, but 101. */
  informational(status: number, fields: readonly string[]): void;
  /**
   * The head with the first part of the body. 101 begins a tunnel, as does a 2xx to CONNECT.
   * @param reason of HTTP/1; empty: the usual one. @param end the answer is whole with it.
   */
  head(
    status: number,
    reason: string,
    fields: string[],
    framing: Framing,
    bytes: Buffer,
    from: number,
    to: number,
    end: boolean,
  ): boolean;
  body(bytes: Buffer, from: number, to: number, end: boolean): boolean;
  /** The answer is whole with it. Flat. */
  trailers(fields: readonly string[]): void;
  /** No more of the request's body for now. */
  pauseRequest(): void;
  resumeRequest(): void;
  /** The exchange is over and its answer was written whole. @param requestEnded false: the rest of the request is not wanted. */
  finished(requestEnded: boolean): void;
  /** The exchange is over, its answer cannot be finished: the client must see that it is not whole. */
  broken(): void;
}

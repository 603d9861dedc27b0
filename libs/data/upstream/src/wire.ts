/** One connection as four callbacks to one long-lived object: what sockets and simulated networks both are. */

/** Told of what happens to a wire. `onClose` comes once and last, and not after the owner's own `destroy`. */
export interface WireSink {
  /** @param chunk valid during the call only: the next read overwrites it. */
  onData(chunk: Buffer): void;
  /** The peer will send no more. */
  onEnd(): void;
  /** What was written has left: after a `write` that said false. */
  onDrain(): void;
  onClose(): void;
}

/** Ignores everything. */
export const deafSink: WireSink = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} };

/** Both directions of one connection, half-open allowed. */
export interface Wire {
  sink: WireSink;
  readonly paused: boolean;
  /** The peer's FIN was seen. */
  readonly ended: boolean;
  readonly closed: boolean;
  /** Code of the error that broke it ("ECONNRESET"); empty: none. */
  readonly errorCode: string;
  /** "127.0.0.1:40000", "[::1]:40000"; ":0" where it is not known any more. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** What was written waits: `onDrain` will come. */
  readonly needsDrain: boolean;
  /** All that was written has left the process: its memory may be used again. */
  readonly drained: boolean;
  /** @param data a string is latin1; a buffer is the wire's from here on. @returns false: wait for `onDrain` before more. */
  write(data: string | Buffer): boolean;
  /**
   * A part of what a wire has just read, in one packet with what goes around it where they fit. It is copied only where it must be.
   * @param head latin1, may be empty. @param bytes from `from` to `to`, valid during the call only. @param tail as `head`.
   * @returns as `write`.
   */
  writePart(head: string, bytes: Buffer, from: number, to: number, tail: string): boolean;
  /** Sends what was written, then FIN. */
  end(): void;
  pause(): void;
  resume(): void;
  /** Closes at once and tells nobody. */
  destroy(): void;
  /** As `destroy`, so that the peer sees an error and not an end, where the wire can say so. */
  reset?(): void;
}

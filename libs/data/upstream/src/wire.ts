/** A socket as four callbacks to one long-lived object: no stream, no listener and no buffer per read. */

import type { OnReadOpts, Socket } from 'node:net';
import { platform } from 'node:process';

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

const readBufferBytes = 65_536;
// libuv reads and calls back in one go but on Windows, where a read may be under way in several sockets at a time.
const sharedBuffer = platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(readBufferBytes);

/** Both directions of one connection, half-open allowed. */
export class Wire {
  sink: WireSink = deafSink;
  socket: Socket;
  paused = false;
  /** The peer's FIN was seen. */
  ended = false;
  closed = false;
  /** Code of the socket's error ("ECONNRESET"); empty: none. */
  errorCode = '';

  /** @param socket not yet read from; its errors and its end are the wire's from here on. Use `read` to start. */
  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Starts to listen. @param byEvents false when the socket was made with `onread` of this wire. */
  listen(byEvents: boolean): void {
    const socket = this.socket;
    if (byEvents) socket.on('data', (chunk: Buffer) => this.sink.onData(chunk));
    socket.on('end', () => {
      this.ended = true;
      this.sink.onEnd();
    });
    socket.on('drain', () => this.sink.onDrain());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.errorCode = error.code ?? error.message;
    });
    socket.on('close', () => {
      this.closed = true;
      const sink = this.sink;
      this.sink = deafSink;
      sink.onClose();
    });
  }

  /** @param data a string is latin1. @returns false: wait for `onDrain` before more. */
  write(data: string | Buffer): boolean {
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }

  /** Sends what was written, then FIN. */
  end(): void {
    this.socket.end();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  /** Closes at once and tells nobody. */
  destroy(): void {
    this.sink = deafSink;
    this.socket.destroy();
  }
}

/** The `onread` option that feeds `wire()`. @param early takes what comes before the wire exists. */
export function readInto(wire: () => Wire | undefined, early: Buffer[] = []): OnReadOpts {
  const buffer = sharedBuffer ?? Buffer.allocUnsafeSlow(readBufferBytes);
  return {
    buffer,
    callback(bytes) {
      const target = wire();
      if (target === undefined) {
        early.push(Buffer.from(buffer.subarray(0, bytes)));
        return true;
      }
      target.sink.onData(buffer.subarray(0, bytes));
      return !target.paused;
    },
  };
}

/** A wire over a socket: no stream, no listener and no buffer per read. */

import type { OnReadOpts, Socket } from 'node:net';
import process, { platform } from 'node:process';
import { TLSSocket } from 'node:tls';
import { deafSink, type Wire, type WireSink } from './wire.ts';

const readBufferBytes = 65_536;
// libuv reads and calls back in one go but on Windows, where a read may be under way in several sockets at a time.
const sharedBuffer = platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(readBufferBytes);

export class SocketWire implements Wire {
  sink: WireSink = deafSink;
  readonly socket: Socket;
  paused = false;
  ended = false;
  closed = false;
  errorCode = '';
  #first: Buffer | undefined;
  /** The peer's FIN came while something was still to be told. */
  #endWaits = false;
  #localAddress: string | undefined;
  #remoteAddress: string | undefined;

  /** @param socket not yet read from; its errors and its end are the wire's from here on. Use `listen` to start. */
  constructor(socket: Socket) {
    this.socket = socket;
  }

  get localAddress(): string {
    const { localAddress, localPort } = this.socket;
    this.#localAddress ??= addressOf(localAddress, localPort);
    return this.#localAddress;
  }

  get remoteAddress(): string {
    const { remoteAddress, remotePort } = this.socket;
    this.#remoteAddress ??= addressOf(remoteAddress, remotePort);
    return this.#remoteAddress;
  }

  get drained(): boolean {
    return this.socket.writableLength === 0;
  }

  get needsDrain(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Starts to listen. @param byEvents false when the socket was made with `onread` of this wire. */
  listen(byEvents: boolean): void {
    const socket = this.socket;
    if (byEvents) socket.on('data', (chunk: Buffer) => this.sink.onData(chunk));
    socket.on('end', () => {
      if (this.#first === undefined) this.#tellEnd();
      else this.#endWaits = true;
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

  write(data: string | Buffer): boolean {
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }

  writeBoth(head: string, body: Buffer): boolean {
    const socket = this.socket;
    socket.cork();
    socket.write(head, 'latin1');
    const room = socket.write(body);
    socket.uncork();
    return room;
  }

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
    if (this.#first !== undefined) process.nextTick(tellFirst, this);
    this.socket.resume();
  }

  /** What was read before there was a wire: told before all else, when the wire is not paused. */
  giveFirst(bytes: Buffer): void {
    this.#first = bytes;
    if (!this.paused) process.nextTick(tellFirst, this);
  }

  /** What came although it is paused: a secured socket gives out what it has decrypted. */
  keep(bytes: Buffer): void {
    this.#first = this.#first === undefined ? Buffer.from(bytes) : Buffer.concat([this.#first, bytes]);
  }

  /** Once, and not while it is paused. */
  tellFirst(): void {
    const bytes = this.#first;
    if (bytes === undefined || this.paused) return;
    this.#first = undefined;
    this.sink.onData(bytes);
    if (this.#endWaits && !this.closed) this.#tellEnd();
  }

  #tellEnd(): void {
    this.#endWaits = false;
    this.ended = true;
    this.sink.onEnd();
  }

  destroy(): void {
    this.sink = deafSink;
    this.socket.destroy();
  }

  /** TLS has its own end: without a close_notify it is no end. */
  reset(): void {
    this.sink = deafSink;
    if (this.socket instanceof TLSSocket) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }
}

/** The `onread` option that feeds `wire()`. @param early takes what comes before the wire exists. */
export function readInto(wire: () => SocketWire | undefined, early: Buffer[] = []): OnReadOpts {
  const buffer = sharedBuffer ?? Buffer.allocUnsafeSlow(readBufferBytes);
  return {
    buffer,
    callback(bytes) {
      const target = wire();
      if (target === undefined) {
        early.push(Buffer.from(buffer.subarray(0, bytes)));
        return true;
      }
      if (target.paused) target.keep(buffer.subarray(0, bytes));
      else target.sink.onData(buffer.subarray(0, bytes));
      return !target.paused;
    },
  };
}

function tellFirst(wire: SocketWire): void {
  wire.tellFirst();
}

function addressOf(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return `:${port ?? 0}`;
  return address.includes(':') ? `[${address}]:${port ?? 0}` : `${address}:${port ?? 0}`;
}

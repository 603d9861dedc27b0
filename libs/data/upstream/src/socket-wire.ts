/** A wire over a socket: no stream, no listener and no buffer per read. */

import assert from 'node:assert/strict';
import type { OnReadOpts, Socket } from 'node:net';
import process from 'node:process';
import { TLSSocket } from 'node:tls';
import { getSystemErrorName } from 'node:util';
import { formatHostPort } from '@weft/kernel';
import { OwnReads } from './own-reads.ts';
import { firstOctets, sharedBuffer, sharedBufferBytes } from './read-buffers.ts';
import { deafSink, type Wire, type WireSink } from './wire.ts';
import { canWriteToHandles, type WriteHandle, writeToHandle, writeWaits } from './write-requests.ts';

/** Of the wire whose sink is being told of what was read. */
let telling: OwnReads | undefined;

const wireKey = Symbol('wire');

interface WiredSocket extends Socket {
  [wireKey]?: SocketWire;
}

/** What a stream asks of its implementer: Node's sockets hand it to libuv, which sends what it can at once and queues the rest in order. */
interface WritesThrough {
  _write(data: string | Buffer, encoding: string, done: (error?: Error | null) => void): void;
  _writev(parts: readonly WritePart[], done: (error?: Error | null) => void): void;
}

interface HandleOwner {
  readonly _handle?: WriteHandle | null;
}

interface WritePart {
  readonly chunk: string | Buffer;
  readonly encoding: 'latin1' | 'buffer';
}

/** @returns nothing for a socket that no wire was made of. */
export function wireOf(socket: Socket): SocketWire | undefined {
  return (socket as WiredSocket)[wireKey];
}

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
  /** A write said false and its `drain` has not come. */
  #waits = false;
  /** Writes go past the socket's stream, whose tick and bookkeeping were 3 % of an HTTP/1.1 hop: nearly all are taken by the system at once. */
  #through: boolean;
  /** Such writes that the system has not taken yet. */
  #queued = 0;
  readonly #written = (error?: Error | null): void => this.#taken(error);
  #lastBytes = 0;
  /** Nothing: no read has filled the shared buffer yet. */
  #reads: OwnReads | undefined;

  /** @param socket not yet read from; its errors and its end are the wire's from here on. Use `listen` to start. */
  constructor(socket: Socket) {
    this.socket = socket;
    (socket as WiredSocket)[wireKey] = this;
    // OpenSSL's end takes one write at a time, and the stream sees to that.
    this.#through = !(socket instanceof TLSSocket) && typeof (socket as unknown as WritesThrough)._write === 'function';
  }

  get localAddress(): string {
    this.#localAddress ??= addressOf(this.socket.localAddress, this.socket.localPort);
    return this.#localAddress;
  }

  get remoteAddress(): string {
    this.#remoteAddress ??= addressOf(this.socket.remoteAddress, this.socket.remotePort);
    return this.#remoteAddress;
  }

  get drained(): boolean {
    return this.#queued === 0 && this.socket.writableLength === 0;
  }

  get needsDrain(): boolean {
    return this.#waits && (this.#queued > 0 || this.socket.writableNeedDrain);
  }

  /** Starts to listen. @param byEvents false when the socket reads into a buffer of this wire. */
  listen(byEvents: boolean): void {
    const socket = this.socket;
    if (byEvents) socket.on('data', onData);
    socket.on('end', onEnd).on('drain', onDrain).on('error', onError).on('close', onClose);
  }

  write(data: string | Buffer): boolean {
    const { socket } = this;
    const isText = typeof data === 'string';
    if (!this.#goesThrough()) return (isText ? socket.write(data, 'latin1') : socket.write(data)) || this.#hasRoom();
    const handle = canWriteToHandles && !socket.connecting ? (socket as unknown as HandleOwner)._handle : undefined;
    // A stream without a handle knows why.
    if (handle == null) {
      this.#queued += 1;
      (socket as unknown as WritesThrough)._write(data, isText ? 'latin1' : 'buffer', this.#written);
      return this.#hasRoom();
    }
    const outcome = writeToHandle(handle, data, this.#written);
    if (outcome === writeWaits) this.#queued += 1;
    else if (outcome < 0) socket.destroy(writeError(outcome));
    return this.#hasRoom();
  }

  writePart(head: string, bytes: Buffer, from: number, to: number, tail: string): boolean {
    const part = bytes.subarray(from, to);
    const source = telling;
    const lends = source?.mayLend(part) === true && this.drained;
    const body = lends ? part : Buffer.from(part);
    const room = head === '' && tail === '' ? this.write(body) : this.#writeAll(head, body, tail);
    if (lends && !this.drained) source.lend(this);
    return room;
  }

  #writeAll(head: string, body: Buffer, tail: string): boolean {
    const { socket } = this;
    if (this.#goesThrough()) {
      const parts: WritePart[] = [{ chunk: body, encoding: 'buffer' }];
      if (head !== '') parts.unshift({ chunk: head, encoding: 'latin1' });
      if (tail !== '') parts.push({ chunk: tail, encoding: 'latin1' });
      this.#queued += 1;
      (socket as unknown as WritesThrough)._writev(parts, this.#written);
      return this.#hasRoom();
    }
    socket.cork();
    if (head !== '') socket.write(head, 'latin1');
    let room = socket.write(body);
    if (tail !== '') room = socket.write(tail, 'latin1');
    socket.uncork();
    return room || this.#hasRoom();
  }

  /** Not while the stream itself holds something: what was written first goes first. */
  #goesThrough(): boolean {
    return this.#through && this.socket.writableLength === 0;
  }

  /** A write that is over the high-water mark says false though the system took all of it at once. */
  #hasRoom(): boolean {
    if (this.drained) return true;
    this.#waits = true;
    return false;
  }

  #taken(error: Error | null | undefined): void {
    this.#queued -= 1;
    assert(this.#queued >= 0, 'a write is told of once');
    if (error) this.socket.destroy(error);
    else if (this.#queued === 0 && !this.socket.destroyed) this.sawDrain();
  }

  end(): void {
    // A write after the end is the stream's to refuse.
    this.#through = false;
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

  /** What was read into `buffer`. @returns false: no more for now. */
  told(buffer: Buffer, bytes: number): boolean {
    this.#lastBytes = bytes;
    const chunk = firstOctets(buffer, bytes);
    if (this.paused) this.keep(chunk);
    else if (this.#reads === undefined) this.sink.onData(chunk);
    else {
      telling = this.#reads;
      this.sink.onData(chunk);
      telling = undefined;
    }
    return !this.paused;
  }

  /** @returns what the next read goes into; nothing: what the last one did. */
  nextBuffer(): Buffer | undefined {
    const bytes = this.#lastBytes;
    if (bytes === sharedBufferBytes && !this.closed) this.#reads ??= new OwnReads();
    return this.#reads?.next(bytes);
  }

  sawEnd(): void {
    if (this.#first === undefined) this.#tellEnd();
    else this.#endWaits = true;
  }

  sawDrain(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.sink.onDrain();
  }

  sawClose(): void {
    this.closed = true;
    this.#reads?.leave();
    const sink = this.sink;
    this.sink = deafSink;
    sink.onClose();
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

  reset(): void {
    const { socket } = this;
    this.sink = deafSink;
    // The end is on its way, behind all data: libuv refuses to reset then (EINVAL), and Node would never close the socket.
    if (socket.writableEnded && !socket.writableFinished && socket.writableLength === 0) socket.destroy();
    else if (socket instanceof TLSSocket) resetSecured(socket);
    else if (canReset(socket)) socket.resetAndDestroy();
    else socket.destroy();
  }
}

// Node calls listeners as methods of the socket: shared, they cost an idle connection nothing.

function onData(this: WiredSocket, chunk: Buffer): void {
  this[wireKey]?.sink.onData(chunk);
}

function onEnd(this: WiredSocket): void {
  this[wireKey]?.sawEnd();
}

function onDrain(this: WiredSocket): void {
  this[wireKey]?.sawDrain();
}

function onError(this: WiredSocket, error: NodeJS.ErrnoException): void {
  const wire = this[wireKey];
  if (wire !== undefined) wire.errorCode = error.code ?? error.message;
}

function onClose(this: WiredSocket): void {
  this[wireKey]?.sawClose();
}

/** As Node's streams have it. @param code of libuv, below 0. */
function writeError(code: number): Error {
  const name = getSystemErrorName(code);
  return Object.assign(new Error(`write ${name}`), { code: name, errno: code, syscall: 'write' });
}

/** Unix sockets know no reset: Node throws (ERR_INVALID_HANDLE_TYPE) where it is asked for one. */
function canReset(socket: Socket): boolean {
  const handle = (socket as unknown as { readonly _handle?: { readonly reset?: unknown } | null })._handle;
  return typeof handle?.reset === 'function';
}

/** Of the connection below a secured socket. */
interface CarrierHandle {
  reset?(done: () => void): unknown;
  close(done: () => void): unknown;
}

/**
 * Node resets plain sockets only. A peer need not tell a connection that ends without a close_notify from one that is whole, so the
 * connection below closes by a reset; where Node keeps it elsewhere, it just closes.
 */
function resetSecured(socket: TLSSocket): void {
  const handle = (socket as unknown as { readonly _handle?: { readonly _parent?: CarrierHandle } | null })._handle;
  const carrier = handle?._parent;
  if (typeof carrier?.reset === 'function') carrier.close = (done) => carrier.reset?.(done);
  socket.destroy();
}

/** The `onread` option that feeds `wire()`. @param early takes what comes before the wire exists. */
export function readInto(wire: () => SocketWire | undefined, early: Buffer[] = []): OnReadOpts {
  return {
    buffer: () => {
      const target = wire();
      // Node asks once before there is a wire, and again after each read.
      return target === undefined ? sharedBuffer() : (target.nextBuffer() as Buffer);
    },
    callback(bytes, buffer) {
      const target = wire();
      if (target !== undefined) return target.told(buffer as Buffer, bytes);
      early.push(Buffer.from(buffer.subarray(0, bytes)));
      return true;
    },
  };
}

function tellFirst(wire: SocketWire): void {
  wire.tellFirst();
}

function addressOf(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return `:${port ?? 0}`;
  return formatHostPort(address, port ?? 0);
}

/** Makes a wire of an accepted socket. */

import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { sharedBuffer, sharedBufferBytes } from './read-buffers.ts';
import { SocketWire, wireOf } from './socket-wire.ts';
import type { Wire } from './wire.ts';

/** What Node keeps on a socket besides its public face. */
interface SocketInside {
  readonly _handle: { useUserBuffer?(buffer: Buffer): void } | null;
  readonly _readableState?: { readonly ended: boolean };
  [key: symbol]: unknown;
}

/** Under which Node keeps the parts of the `onread` option. */
interface OnReadKeys {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly nextBuffer: symbol;
}

/** Nothing: this release of Node keeps them elsewhere. */
const keys = onReadKeys();

/**
 * @param socket as a listener got it. One that was not read from, or by `socket.read` only, reads into one reused buffer from here on: an
 * accepted socket cannot be told that otherwise (nodejs/node#25436).
 * @param start false: nothing is read until the wire's `resume`; a `pause` right after this call would come too late for the first read.
 * @param first octets that were read of the socket already (`socket.read`, all that it had): the wire gives them first, in a later task;
 * empty: what was read is not the wire's.
 */
export function acceptWire(socket: Socket, start = true, first?: Buffer): Wire {
  const wire = new SocketWire(socket);
  socket.allowHalfOpen = true;
  wire.listen(!(isUnread(socket, first) && readInPlace(socket)));
  if (!start) wire.pause();
  if (first !== undefined && first.length > 0) wire.giveFirst(first);
  if (start && socket.isPaused()) socket.resume();
  return wire;
}

function isUnread(socket: Socket, first: Buffer | undefined): boolean {
  if (socket instanceof TLSSocket) return true;
  if (socket.isPaused() && socket.bytesRead === 0) return true;
  return first !== undefined && (socket as unknown as SocketInside)._readableState?.ended === false;
}

/**
 * Lets the socket of a wire read into the one reused buffer, as `onread` does for a client's: Node gives a server's no such option. It
 * cost 3 µs less for each request of two hops. @returns false where that cannot be: it is read by events then.
 */
export function readInPlace(socket: Socket): boolean {
  const inside = socket as unknown as SocketInside;
  const handle = inside._handle;
  if (keys === undefined || typeof handle?.useUserBuffer !== 'function') return false;
  if (socket.listenerCount('data') > 0 || socket.readableLength > 0) return false;
  const buffer = sharedBuffer();
  inside[keys.buffer] = buffer;
  inside[keys.callback] = onRead;
  handle.useUserBuffer(buffer);
  return true;
}

/** Node calls it as a method of the socket. */
function onRead(this: Socket, bytes: number, buffer: Buffer): boolean {
  const wire = wireOf(this);
  if (wire === undefined) return true;
  // Only a connection that fills the shared buffer is asked what it reads into next.
  if (bytes === sharedBufferBytes && keys !== undefined) {
    (this as unknown as SocketInside)[keys.nextBuffer] ??= () => wire.nextBuffer();
  }
  return wire.told(buffer, bytes);
}

function onReadKeys(): OnReadKeys | undefined {
  const symbols = Object.getOwnPropertySymbols(new Socket());
  const keyOf = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [buffer, callback, nextBuffer] = [keyOf('kBuffer'), keyOf('kBufferCb'), keyOf('kBufferGen')];
  if (buffer === undefined || callback === undefined || nextBuffer === undefined) return undefined;
  return { buffer, callback, nextBuffer };
}

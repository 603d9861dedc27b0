/** Makes a wire of an accepted socket. */

import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { sharedBuffer } from './read-buffers.ts';
import { readInto, SocketWire } from './socket-wire.ts';
import type { Wire } from './wire.ts';

/** What Node keeps on a socket besides its public face. */
interface SocketInside {
  _handle: unknown;
  _server: unknown;
  readonly _readableState?: { readonly ended: boolean };
}

interface Handle {
  reading?: boolean;
  readStop?(): unknown;
}

/**
 * @param socket as a listener got it. A plain one that was accepted with `pauseOnConnect` and not read from is taken over by a socket
 * that reads into one reused buffer: an accepted socket cannot be told that otherwise (nodejs/node#25436). Closing either closes both.
 * @param start false: nothing is read until the wire's `resume`; a `pause` right after this call would come too late for the first read.
 * @param first octets that were read of the socket already (`socket.read`, all that it had): the wire gives them first, in a later task;
 * empty: what was read is not the wire's.
 */
export function acceptWire(socket: Socket, start = true, first?: Buffer): Wire {
  const inside = socket as unknown as SocketInside;
  const untouched = socket.isPaused() && socket.bytesRead === 0;
  const emptied = first !== undefined && socket.readableLength === 0 && inside._readableState?.ended === false;
  if (socket instanceof TLSSocket || !(untouched || emptied) || !isHandle(inside._handle)) {
    const wire = new SocketWire(socket);
    if (!start) wire.pause();
    if (first !== undefined && first.length > 0) wire.giveFirst(first);
    wire.listen(!(socket instanceof TLSSocket && readSecured(socket, wire)));
    if (start && socket.isPaused()) socket.resume();
    return wire;
  }
  return takeOver(socket, inside, inside._handle, start, first);
}

function takeOver(
  socket: Socket,
  inside: SocketInside,
  handle: Handle,
  start: boolean,
  first: Buffer | undefined,
): Wire {
  let wire: SocketWire;
  if (handle.reading === true) {
    handle.reading = false;
    handle.readStop?.();
  }
  const options = { handle, allowHalfOpen: true, manualStart: true, onread: readInto(() => wire) };
  const fresh = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  const freshInside = fresh as unknown as SocketInside;
  // The server counts connections by this mark when they close.
  freshInside._server = inside._server;
  inside._server = null;
  inside._handle = null;
  socket.once('close', () => fresh.destroy());
  fresh.once('close', () => socket.destroy());
  wire = new SocketWire(fresh);
  wire.listen(false);
  if (!start) wire.paused = true;
  if (first !== undefined && first.length > 0) wire.giveFirst(first);
  if (start) fresh.resume();
  return wire;
}

function isHandle(handle: unknown): handle is Handle {
  return handle !== null && typeof handle === 'object';
}

/**
 * Lets a secured socket read into the one reused buffer, as `onread` does for a client's: Node gives a server's no such option. It cost
 * 3 µs less for each request of two hops. @returns false where Node keeps its sockets otherwise: they are read by events then.
 */
export function readSecured(socket: TLSSocket, wire: SocketWire): boolean {
  const symbols = Object.getOwnPropertySymbols(socket);
  const bufferKey = symbols.find(({ description }) => description === 'kBuffer');
  const callbackKey = symbols.find(({ description }) => description === 'kBufferCb');
  const handle = (socket as unknown as SocketInside)._handle as { useUserBuffer?: unknown } | null;
  const untouched = socket.listenerCount('data') === 0 && socket.readableLength === 0;
  if (!untouched || bufferKey === undefined || callbackKey === undefined) return false;
  if (typeof handle?.useUserBuffer !== 'function') return false;
  const { callback } = readInto(() => wire);
  const buffer = sharedBuffer();
  const inside = socket as unknown as Record<symbol, unknown>;
  inside[bufferKey] = buffer;
  inside[callbackKey] = callback;
  handle.useUserBuffer(buffer);
  return true;
}

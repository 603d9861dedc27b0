/** Makes a wire of an accepted socket. */

import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { readInto, Wire } from './wire.ts';

/** What Node keeps on a socket besides its public face. */
interface SocketInside {
  _handle: unknown;
  _server: unknown;
}

/**
 * @param socket as a listener got it. A plain one that was accepted with `pauseOnConnect` and not read from is taken over by a socket
 * that reads into one reused buffer: an accepted socket cannot be told that otherwise (nodejs/node#25436). Closing either closes both.
 * @param start false: nothing is read until the wire's `resume`; a `pause` right after this call would come too late for the first read.
 */
export function acceptWire(socket: Socket, start = true): Wire {
  const inside = socket as unknown as SocketInside;
  const untouched = socket.isPaused() && socket.bytesRead === 0 && !(socket instanceof TLSSocket);
  if (!untouched || inside._handle === null || typeof inside._handle !== 'object') {
    const wire = new Wire(socket);
    if (!start) wire.pause();
    wire.listen(true);
    if (start && socket.isPaused()) socket.resume();
    return wire;
  }
  return takeOver(socket, inside, start);
}

function takeOver(socket: Socket, inside: SocketInside, start: boolean): Wire {
  let wire: Wire;
  const options = { handle: inside._handle, allowHalfOpen: true, manualStart: true, onread: readInto(() => wire) };
  const fresh = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  const freshInside = fresh as unknown as SocketInside;
  // The server counts connections by this mark when they close.
  freshInside._server = inside._server;
  inside._server = null;
  inside._handle = null;
  socket.once('close', () => fresh.destroy());
  fresh.once('close', () => socket.destroy());
  wire = new Wire(fresh);
  wire.listen(false);
  if (start) fresh.resume();
  else wire.paused = true;
  return wire;
}

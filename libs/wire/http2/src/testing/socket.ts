/** Puts a connection on a socket, for tests and for h2spec. */

import type { Socket } from 'node:net';
import type { Http2Connection, Http2ConnectionOptions, Http2Output } from '../connection.types.ts';

/** @param create `createHttp2Server` or `createHttp2Client` with its sink. @returns the connection; the socket is its own from here on. */
export function attachSocket(
  socket: Socket,
  create: (options: Pick<Http2ConnectionOptions, 'output' | 'now'>) => Http2Connection,
): Http2Connection {
  let connection: Http2Connection | undefined;
  const output: Http2Output = {
    write: (bytes) => socket.write(bytes),
    requestFlush: () => setImmediate(() => connection?.flush()),
    close: (now) => {
      if (now) socket.destroySoon();
      else socket.end();
    },
  };
  socket.setNoDelay(true);
  connection = create({ output, now: () => performance.now() });
  const created = connection;
  socket.on('data', (chunk) => created.receive(chunk));
  socket.on('drain', () => created.onOutputDrain());
  socket.on('error', (error) => created.receiveEnd(error.message));
  socket.on('close', () => created.receiveEnd(''));
  return created;
}

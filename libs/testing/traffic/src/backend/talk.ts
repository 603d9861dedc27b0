/** An endpoint of bytes: the first line of a connection says which request of the table it is, and what becomes of it. */

import { createServer, type Server, type Socket } from 'node:net';
import type { Seen } from './echo.ts';

/**
 * "counts": answers the client's end with the number of octets. "ends-first": says something and ends, and hears what still comes.
 * "resets": at once. "resets-later": says something, and resets when the client goes on. "waits": says something.
 */
export type Deed = 'counts' | 'ends-first' | 'resets' | 'resets-later' | 'waits';

/** The line that a connection begins with. */
export const firstLine = (id: string, deed: Deed): string => `${id} ${deed}\n`;

/** @param onSeen called once a connection, when the client has ended it or this endpoint resets it; `method` says how: "FIN", "RST" or "own". */
export function createTalkServer(onSeen: (seen: Seen) => void): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let text = '';
    let over = false;
    const note = (how: 'FIN' | 'RST' | 'own'): void => {
      if (over) return;
      over = true;
      const at = text.indexOf('\n');
      onSeen(seenOf(text.slice(0, at).split(' ')[0] ?? '', how, text.slice(at + 1)));
    };
    socket.on('data', (chunk: Buffer) => {
      const before = text;
      text += chunk.toString('latin1');
      const line = /^\S+ (\S+)\n/.exec(text);
      if (line === null) return;
      const isFirst = !before.includes('\n');
      if (act(socket, line[1] as Deed, isFirst)) note('own');
    });
    socket.on('end', () => {
      note('FIN');
      if (/^\S+ counts\n/.test(text)) socket.write(`got ${text.length - text.indexOf('\n') - 1}`);
      socket.end();
    });
    socket.on('error', () => note('RST'));
  });
}

/** @returns whether it has reset the connection. */
function act(socket: Socket, deed: Deed, isFirst: boolean): boolean {
  if (deed === 'resets' || (deed === 'resets-later' && !isFirst)) {
    socket.resetAndDestroy();
    return true;
  }
  if (!isFirst || deed === 'counts') return false;
  socket.write('something');
  if (deed === 'ends-first') socket.end();
  return false;
}

function seenOf(id: string, method: string, body: string): Seen {
  const none = { path: '', authority: '', headers: {}, trailers: {} };
  return { endpoint: 'talk', id, method, protocol: '1.1', body, bodyBytes: body.length, ...none };
}

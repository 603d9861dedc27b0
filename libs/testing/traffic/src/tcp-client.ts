/** The table's client of bytes: says its line, behaves as it is told, and tells how the connection ended. */

import { type Answer, addressOf, answerTimeoutMs, noAnswer } from './answer.ts';
import { type Deed, firstLine } from './backend/talk.ts';
import { openClientSocket } from './tls-client.ts';

export interface Talk {
  readonly endpoint: Deed;
  /**
   * "ends": with its first octets, and hears on. "ends-after": says more once the endpoint has ended, then ends. "goes-on": says more after the
   * endpoint's first octets. "resets": then. "silent": says nothing, not even its line.
   */
  readonly client: 'ends' | 'ends-after' | 'goes-on' | 'resets' | 'silent';
}

/** @returns the octets as the body. */
export async function talk(port: number, { endpoint, client }: Talk, id: string): Promise<Answer> {
  const started = performance.now();
  const socket = openClientSocket(port, undefined);
  socket.allowHalfOpen = true;
  let body = '';
  let ended: Answer['ended'];
  let from = '';
  socket.on('connect', () => {
    from = addressOf(socket);
  });
  if (client !== 'silent') socket.write(firstLine(id, endpoint) + (client === 'ends' ? 'hello' : ''), 'latin1');
  if (client === 'ends') socket.end();
  socket.on('data', (chunk: Buffer) => {
    const isFirst = body === '';
    body += chunk.toString('latin1');
    if (isFirst && client === 'goes-on') socket.write('more');
    if (isFirst && client === 'resets') socket.resetAndDestroy();
  });
  socket.on('end', () => {
    ended = 'FIN';
    if (client === 'ends-after') socket.write('more');
    socket.end();
  });
  socket.on('error', () => {
    ended = 'RST';
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), answerTimeoutMs);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ ...noAnswer, body, ended, from, elapsedMs: performance.now() - started, close() {} });
    });
  });
}

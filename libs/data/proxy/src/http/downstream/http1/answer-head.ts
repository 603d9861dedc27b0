/** How an answer is framed and ended for an HTTP/1 client. */

import type { Framing } from '@weft/http';

/** No body belongs to such an answer, whatever its fields say. */
export function bodyless(status: number, method: string): boolean {
  return status < 200 || status === 204 || status === 304 || method === 'HEAD';
}

/** @param whole the answer ends with its head: only what came in chunks goes in chunks then. @param old an HTTP/1.0 client, which knows no chunks. */
export function isChunked(framing: Framing, whole: boolean, old: boolean, status: number, method: string): boolean {
  return !old && (framing === 'chunked' || (framing === 'close' && !whole)) && !bodyless(status, method);
}

/** The field lines of this hop, each with CRLF. @param upgrade what the client asked for. */
export function answerTail(status: number, upgrade: string, tunnel: boolean, closing: boolean, old: boolean): string {
  if (status === 101) return `connection: upgrade\r\nupgrade: ${upgrade}\r\n`;
  if (tunnel) return '';
  if (closing) return 'connection: close\r\n';
  return old ? 'connection: keep-alive\r\n' : '';
}

/** Says that the answer is empty, where it does not say so itself. */
export function setZeroLength(fields: string[]): void {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === 'content-length') return;
  fields.push('content-length', '0');
}

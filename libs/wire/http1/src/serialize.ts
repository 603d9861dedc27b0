/** Heads as text: one latin1 string, to be written together with the first part of the body. */

import { STATUS_CODES } from 'node:http';

/** "name: value\r\n" for each pair of a flat list. */
export function serializeFields(fields: readonly string[]): string {
  let text = '';
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i] as string}: ${fields[i + 1] as string}\r\n`;
  return text;
}

/** The field line of a chunked body, for a `tail`: `fields` of a head never have it. */
export const chunkedLine = 'transfer-encoding: chunked\r\n';

/** @param target path with query, or what the method demands. @param tail more field lines, each with its CRLF. */
export function serializeRequestHead(
  method: string,
  target: string,
  authority: string,
  fields: readonly string[],
  tail = '',
): string {
  return `${method} ${target} HTTP/1.1\r\nhost: ${authority}\r\n${serializeFields(fields)}${tail}\r\n`;
}

/** @param reason empty: the phrase that is usual for the status. @param tail more field lines, each with its CRLF. */
export function serializeResponseHead(
  status: number,
  reason: string,
  fields: readonly string[],
  tail = '',
  version: 'HTTP/1.1' | 'HTTP/1.0' = 'HTTP/1.1',
): string {
  const usual = status === 200 && version === 'HTTP/1.1' && (reason === '' || reason === 'OK');
  const line = usual ? 'HTTP/1.1 200 OK\r\n' : statusLine(version, status, reason);
  return `${line}${serializeFields(fields)}${tail}\r\n`;
}

function statusLine(version: string, status: number, reason: string): string {
  return `${version} ${status} ${reason === '' ? (STATUS_CODES[status] ?? '') : reason}\r\n`;
}

/** The end of a chunked body without trailers. */
export const lastChunk = '0\r\n\r\n';

/** The end of a chunked body. @param trailers flat. */
export function encodeLastChunk(trailers: readonly string[]): string {
  return trailers.length === 0 ? lastChunk : `0\r\n${serializeFields(trailers)}\r\n`;
}

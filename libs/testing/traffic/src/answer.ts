/** What the table's client saw of a request: the same form for HTTP/1 and HTTP/2. */

import type { Socket } from 'node:net';
import type { CaseRequest } from './traffic-case.ts';

export interface Answer {
  /** 0: closed without an answer. */
  readonly status: number;
  /** Of all answers in order, 1xx too. */
  readonly statuses: readonly number[];
  /** Code of RST_STREAM or GOAWAY. */
  readonly reset: number | undefined;
  /** Lower case; several of a name joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends with "<cut>" where less came than was announced. */
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
  /** How a conversation of bytes ended for the client. */
  readonly ended: 'FIN' | 'RST' | undefined;
  /** The client's address, "127.0.0.1:40000": by it the log names a connection of bytes. Empty: it was not connected. */
  readonly from: string;
  readonly elapsedMs: number;
  /** Ends the connection: after the line of the log, so that no proxy sees the client leave in the middle of its own end. */
  close(): void;
}

/** An answer that has not ended by then is given up, as far as it came. */
export const answerTimeoutMs = 15_000;

export const noAnswer: Omit<Answer, 'elapsedMs' | 'close'> = {
  status: 0,
  statuses: [],
  reset: undefined,
  headers: {},
  body: '',
  trailers: {},
  ended: undefined,
  from: '',
};

export function addressOf({ localAddress = '', localPort = 0 }: Socket): string {
  return `${localAddress}:${localPort}`;
}

export function bodyOf(request: CaseRequest): string {
  return request.body ?? (request.bodyBytes === undefined ? '' : 'x'.repeat(request.bodyBytes));
}

/** "name: value" lines as a record; lines without a colon are left out. */
export function fieldsOf(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':', 1);
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  return fields;
}

/** Requests of HTTP/1.1 as octets, and what is seen of them where they are good or bad. */

import type { CaseRequest, Expected } from '../traffic-case.ts';
import { all } from './short.ts';

export const routes = [all()];
/** A request whose lines are joined with CRLF; "{id}" is where it can be. */
export const raw = (lines: readonly string[], body: string, see: Expected): CaseRequest => ({
  send: (lines[0] ?? '').slice(0, 40),
  raw: `${lines.join('\r\n')}\r\n\r\n${body}`,
  see,
});
export const get = (fields: readonly string[], see: Expected): CaseRequest =>
  raw(['GET / HTTP/1.1', 'x-case: {id}', ...fields], '', see);
export const post = (fields: readonly string[], body: string, see: Expected): CaseRequest =>
  raw(['POST / HTTP/1.1', 'host: x', 'x-case: {id}', ...fields], body, see);
export const bad: Expected = { status: 400, attempts: 0, flag: 'DPE', headers: { connection: 'close' } };
export const good: Expected = { status: 200, attempts: 1 };

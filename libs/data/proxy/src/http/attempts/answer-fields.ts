/** What the attempts add to the head of an answer: their number, and cookies of the hash policy. */

import { hashCookiesKey } from '@weft/data-runtime';
import type { ResponseHead } from '@weft/http';
import type { HttpExchange } from '../exchange.ts';
import { set } from './outgoing-request.ts';

export function addAnswerFields(exchange: HttpExchange, head: ResponseHead): void {
  const action = exchange.route?.action;
  if (action?.kind !== 'forward') return;
  if (action.attemptCountInResponse) set(head.fields, 'x-envoy-attempt-count', String(exchange.attempts));
  if (action.hash === undefined) return;
  const cookies = exchange.state.get(hashCookiesKey) as readonly string[] | undefined;
  if (cookies !== undefined) for (const cookie of cookies) head.fields.push('set-cookie', cookie);
}

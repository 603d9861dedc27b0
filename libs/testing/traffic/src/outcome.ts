/** What was seen of one request, in a form that can be compared between two proxies. */

import type { Answer } from './answer.ts';
import type { Seen } from './backend/echo.ts';
import type { OutcomeField } from './traffic-case.ts';

export interface LogLine {
  readonly id: string | null;
  readonly case: string;
  readonly flag: string | null;
  readonly details: string | null;
  readonly route: string | null;
  readonly [added: string]: string | number | null;
}

export interface Outcome extends Omit<Answer, 'from' | 'close'> {
  /** In order of arrival. */
  readonly seen: readonly Seen[];
  readonly flag: string;
  readonly details: string;
  readonly route: string;
  readonly log: Readonly<Record<string, string>>;
}

/** Fields that say nothing of behaviour. */
const left = new Set(['x-case', 'x-weft-reason', 'keep-alive']);
/** Fields whose values differ from run to run: only their presence is compared. */
const volatile = new Set([
  'date',
  'x-request-id',
  'x-envoy-upstream-service-time',
  'x-envoy-expected-rq-timeout-ms',
  'traceparent',
]);

/** Members of a line that every case has. */
const ownMembers = new Set(['id', 'case', 'flag', 'details', 'route', 'status']);

export function outcomeOf(answer: Answer, seen: readonly Seen[], line: LogLine | undefined): Outcome {
  return {
    status: answer.status,
    statuses: answer.statuses,
    reset: answer.reset,
    headers: answer.headers,
    body: answer.body,
    trailers: answer.trailers,
    ended: answer.ended,
    elapsedMs: answer.elapsedMs,
    seen,
    flag: line?.flag ?? '-',
    details: line?.details ?? '',
    route: line?.route ?? '',
    log: Object.fromEntries(
      Object.entries(line ?? {})
        .filter(([name]) => !ownMembers.has(name))
        .map(([name, value]) => [name, String(value ?? '-')]),
    ),
  };
}

/** What is compared between the peers: everything but times and what the case leaves out. */
export function comparable(outcome: Outcome, ignored: readonly OutcomeField[]): object {
  const all: Record<OutcomeField | 'statuses' | 'reset' | 'ended', unknown> = {
    statuses: outcome.statuses,
    reset: outcome.reset,
    ended: outcome.ended,
    headers: stable(outcome.headers),
    body: outcome.body,
    trailers: outcome.trailers,
    endpoint: outcome.seen.map((one) => one.endpoint),
    attempts: outcome.seen.length,
    upstream: outcome.seen.map((one) => ({
      method: one.method,
      path: one.path,
      authority: one.authority,
      protocol: one.protocol,
      headers: stable(one.headers),
      body: one.body,
      bodyBytes: one.bodyBytes,
      trailers: one.trailers,
    })),
    flag: outcome.flag,
    details: outcome.details,
    route: outcome.route,
    log: outcome.log,
  };
  for (const field of ignored) delete all[field];
  return all;
}

function stable(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !left.has(name))
      .map(([name, value]): [string, string] => [name, volatile.has(name) ? '*' : value])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** What was seen of one request, in a form that can be compared between two proxies. */

import type { Seen } from './backend/echo.ts';
import type { Answer } from './client.ts';
import type { OutcomeField } from './traffic-case.ts';

export interface LogLine {
  readonly id: string | null;
  readonly flag: string | null;
  readonly details: string | null;
  readonly route: string | null;
}

export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
  readonly elapsedMs: number;
  /** In order of arrival. */
  readonly seen: readonly Seen[];
  readonly flag: string;
  readonly details: string;
  readonly route: string;
}

/** Fields that differ from run to run or say nothing of behaviour. */
const volatile = new Set([
  'date',
  'x-request-id',
  'x-envoy-upstream-service-time',
  'server',
  'x-case',
  'x-do',
  'connection',
  'transfer-encoding',
  'keep-alive',
  'x-weft-reason',
  'x-envoy-expected-rq-timeout-ms',
]);

export function outcomeOf(answer: Answer, seen: readonly Seen[], line: LogLine | undefined): Outcome {
  return {
    status: answer.status,
    headers: stable(answer.headers),
    body: answer.body,
    trailers: answer.trailers,
    elapsedMs: answer.elapsedMs,
    seen,
    flag: line?.flag ?? '-',
    details: line?.details ?? '',
    route: line?.route ?? '',
  };
}

/** What is compared between the peers: everything but times and what the case leaves out. */
export function comparable(outcome: Outcome, ignored: readonly OutcomeField[]): object {
  const all: Record<OutcomeField | 'status', unknown> = {
    status: outcome.status,
    headers: outcome.headers,
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
  };
  for (const field of ignored) delete all[field];
  return all;
}

function stable(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !volatile.has(name))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

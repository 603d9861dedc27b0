/** `/requests`: what passed of late. `?id=` one request by its x-request-id, `?since=900` a sample of the last seconds, as JSON lines. */

import { type RecentExchanges, recentLimits } from '@weft/data-filters';
import type { AdminView } from '../admin-view.ts';
import { type SideAnswer, type SideRequest, text } from '../side-server.ts';

/** Seconds of `?since=` where it is not given, and at most. */
const windowSecondsMax = recentLimits.minutesMax * 60;
const samplesMax = recentLimits.minutesMax * recentLimits.samplesPerMinute;

/** What is asked for. */
export type RequestsAsked = { readonly id: string } | { readonly sinceSeconds: number; readonly limit: number };

export function requestsPage(view: AdminView, { query }: SideRequest): SideAnswer {
  const recent = view.tap?.recent;
  if (recent === undefined) return text(503, 'this proxy keeps nothing of what passed\n');
  const asked = readQuery(query);
  if (typeof asked === 'string') return text(400, asked);
  const answer = { status: 200, contentType: 'application/x-ndjson' };
  const workers = view.workers?.();
  if (workers === undefined) return { ...answer, body: joined(recentLines(recent, view.clock.now(), asked)) };
  return {
    ...answer,
    body: '',
    more: (done) => workers.requests(asked, (parts) => done(joined(mergeLines(parts.flat(), asked)))),
  };
}

/** JSON, one for each exchange; oldest first. */
export function recentLines(recent: RecentExchanges, nowMs: number, asked: RequestsAsked): readonly string[] {
  const found =
    'id' in asked ? recent.byRequestId(asked.id) : recent.samples(nowMs - asked.sinceSeconds * 1_000, asked.limit);
  return found.map((one) => JSON.stringify(one));
}

/** The newest, where there are too many. */
function mergeLines(lines: readonly string[], asked: RequestsAsked): readonly string[] {
  const timed = lines.map((line) => ({ line, time: (JSON.parse(line) as { start_time: string }).start_time }));
  timed.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const sorted = timed.map(({ line }) => line);
  return 'id' in asked ? sorted : sorted.slice(Math.max(0, sorted.length - asked.limit));
}

/** @returns a sentence where something is wrong with it. */
function readQuery(query: URLSearchParams): RequestsAsked | string {
  for (const name of query.keys()) {
    if (!['id', 'since', 'limit'].includes(name)) return `?${name}= is not known; there are id, since, limit\n`;
  }
  const id = query.get('id');
  if (id !== null) return { id };
  const sinceSeconds = numberOf(query.get('since'), windowSecondsMax);
  const limit = numberOf(query.get('limit'), samplesMax);
  if (sinceSeconds === undefined || limit === undefined) return '?since= is seconds, ?limit= a number of lines\n';
  return { sinceSeconds, limit };
}

function numberOf(written: string | null, max: number): number | undefined {
  if (written === null) return max;
  return /^\d{1,9}$/.test(written) ? Math.min(Number(written), max) : undefined;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

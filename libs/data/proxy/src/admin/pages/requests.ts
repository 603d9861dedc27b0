/** `/requests`: what passed of late. `?id=` one request by its x-request-id, `?since=900` a sample of the last seconds, as JSON lines. */

import { recentLimits } from '@weft/data-filters';
import type { AdminView } from '../admin-view.ts';
import { type SideAnswer, type SideRequest, text } from '../side-server.ts';

/** Seconds of `?since=` where it is not given, and at most. */
const windowSecondsMax = recentLimits.minutesMax * 60;
const samplesMax = recentLimits.minutesMax * recentLimits.samplesPerMinute;

export function requestsPage(view: AdminView, { query }: SideRequest): SideAnswer {
  const recent = view.tap?.recent;
  if (recent === undefined) return text(503, 'this proxy keeps nothing of what passed\n');
  for (const name of query.keys()) {
    if (!['id', 'since', 'limit'].includes(name))
      return text(400, `?${name}= is not known; there are id, since, limit\n`);
  }
  const id = query.get('id');
  if (id !== null) return lines(recent.byRequestId(id));
  const since = numberOf(query.get('since'), windowSecondsMax);
  const limit = numberOf(query.get('limit'), samplesMax);
  if (since === undefined || limit === undefined) return text(400, '?since= is seconds, ?limit= a number of lines\n');
  return lines(recent.samples(view.clock.now() - since * 1_000, limit));
}

function numberOf(written: string | null, max: number): number | undefined {
  if (written === null) return max;
  return /^\d{1,9}$/.test(written) ? Math.min(Number(written), max) : undefined;
}

function lines(items: readonly object[]): SideAnswer {
  const body = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  return { status: 200, contentType: 'application/x-ndjson', body };
}

/** What a case says must be seen, against what was seen: one sentence for each breach. */

import type { Outcome } from './outcome.ts';
import type { Expected } from './traffic-case.ts';

export function breaches(see: Expected, outcomes: readonly Outcome[]): readonly string[] {
  const [first] = outcomes;
  if (first === undefined) return ['nothing was sent'];
  const found: string[] = [];
  const same = (what: string, wanted: unknown, got: unknown): void => {
    if (wanted !== undefined && wanted !== got)
      found.push(`${what}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  };
  const upstream = first.seen.at(-1);
  same('status', see.status, first.status);
  same('statuses', see.statuses?.join(), first.statuses.join());
  same('reset', see.reset, first.reset);
  same('end', see.ended, first.ended);
  same('endpoint', see.endpoint, upstream?.endpoint);
  same('path', see.path, upstream?.path);
  same('method', see.method, upstream?.method);
  same('authority', see.authority, upstream?.authority);
  same('body at the endpoint', see.upstreamBody, upstream?.body);
  same('upstream protocol', see.upstreamProtocol, upstream?.protocol);
  same('attempts', see.attempts, first.seen.length);
  same('flag', see.flag, first.flag);
  same('route', see.route, first.route);
  found.push(...fieldBreaches('header', see.headers, first.headers));
  found.push(...fieldBreaches('trailer', see.trailers, first.trailers));
  found.push(...fieldBreaches('header at the endpoint', see.upstream, upstream?.headers ?? {}));
  found.push(...fieldBreaches('trailer at the endpoint', see.upstreamTrailers, upstream?.trailers ?? {}));
  found.push(...fieldBreaches('log', see.log, first.log));
  found.push(...textBreach('body', see.body, first.body), ...textBreach('details', see.details, first.details));
  if (see.endpoints !== undefined) {
    const who = [...new Set(outcomes.flatMap((outcome) => outcome.seen.map((one) => one.endpoint)))].sort();
    same('endpoints', [...see.endpoints].sort().join(), who.join());
  }
  const who = new Set(outcomes.map((outcome) => outcome.seen.at(-1)?.endpoint));
  if (see.oneEndpoint === true) same('number of endpoints', 1, who.size);
  if (see.tally !== undefined) {
    const tally: Record<string, number> = {};
    for (const { status, flag } of outcomes) tally[`${status} ${flag}`] = (tally[`${status} ${flag}`] ?? 0) + 1;
    same('tally', sortedText(see.tally), sortedText(tally));
  }
  if (see.atLeastMs !== undefined && first.elapsedMs < see.atLeastMs)
    found.push(`it took ${first.elapsedMs} ms, at least ${see.atLeastMs} wanted`);
  if (see.lessThanMs !== undefined && first.elapsedMs >= see.lessThanMs)
    found.push(`it took ${first.elapsedMs} ms, less than ${see.lessThanMs} wanted`);
  return found;
}

function fieldBreaches(
  what: string,
  wanted: Readonly<Record<string, string | RegExp | undefined>> | undefined,
  got: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(wanted ?? {}).flatMap(([name, value]) => {
    const seen = got[name];
    if (value === undefined)
      return seen === undefined ? [] : [`${what} ${name}: wanted none, got ${JSON.stringify(seen)}`];
    return textBreach(`${what} ${name}`, value, seen);
  });
}

function textBreach(what: string, wanted: string | RegExp | undefined, got: string | undefined): readonly string[] {
  if (wanted === undefined) return [];
  const good = typeof wanted === 'string' ? got === wanted : got !== undefined && wanted.test(got);
  return good ? [] : [`${what}: wanted ${String(wanted)}, got ${JSON.stringify(got)}`];
}

function sortedText(tally: Readonly<Record<string, number>>): string {
  return Object.entries(tally)
    .map(([what, count]) => `${count}x ${what}`)
    .sort()
    .join(', ');
}

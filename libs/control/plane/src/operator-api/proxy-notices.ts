/** What an operator should know of the connected proxies: those that owe an answer, and those that refuse what they are sent. */

import type { ProxyStatus } from './operator-view.ts';

/** Proxies that are named; the rest is a number. */
export const proxyNoticesMax = 50;

export function proxyNotices(proxies: readonly ProxyStatus[]): readonly string[] {
  const notices = proxies.flatMap(({ id, stale, lastWordAt, types }) => [
    ...(stale ? [`proxy ${id} is stale: it owes an answer and has said nothing since ${lastWordAt}`] : []),
    ...Object.entries(types).flatMap(([type, { state, error }]) =>
      state === 'ERROR' ? [`proxy ${id} refuses its ${type}: ${error}`] : [],
    ),
  ]);
  if (notices.length <= proxyNoticesMax) return notices;
  const more = notices.length - proxyNoticesMax;
  return [...notices.slice(0, proxyNoticesMax), `${more} more of the kind: weft proxy-status shows all proxies`];
}

/** `/tap`: exchanges as they end, one JSON line each, until the client goes away. `?path=/orders&status=5xx` keeps some. */

import { parseTapQuery, type Tap, tapLimits } from '@weft/data-filters';
import type { AdminView } from '../admin-view.ts';
import { type SideAnswer, type SideRequest, type SideStream, text } from '../side-server.ts';

export function tapPage(view: AdminView, request: SideRequest): SideAnswer {
  const { tap } = view;
  if (tap === undefined) return text(503, 'this proxy has no data path to tap\n');
  const test = parseTapQuery(request.query);
  if (typeof test !== 'function') return text(400, `${test.problem}\n`);
  const workers = view.workers?.();
  const open = (out: SideStream): Tap | undefined =>
    workers === undefined ? tap.open(test, out) : workers.tap(request.query.toString(), out);
  if ((workers?.taps() ?? tap.taps) >= tapLimits.tapsMax) {
    return text(503, `there are ${tapLimits.tapsMax} taps already\n`);
  }
  return {
    status: 200,
    contentType: 'application/x-ndjson',
    body: '',
    stream(out) {
      const opened = open(out);
      if (opened === undefined) return { drained() {}, closed() {} };
      return { drained: opened.drained, closed: opened.stop };
    },
  };
}
